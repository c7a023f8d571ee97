import { EXIT, VdbError } from '../../errors.js';
import type { Facts } from '../../host/facts.js';
import { supportedOs } from '../../host/preflight.js';
import { ask, known, type Observation, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';
import { type Means, NODE } from './place.js';

/** Packages that a schedule needs. */
const PACKAGES: Readonly<Record<Means, readonly string[]>> = {
  timer: ['nodejs'],
  cron: ['nodejs', 'cron'],
};

/** What decides how a schedule is installed or removed, seen before its plan is made. */
export interface Before {
  systemd: boolean;
  /** Version of the Node that is there, as in `20.19.2`. */
  node: string | null;
  /** Which of the packages are installed. */
  installed: readonly string[];
  /** Packages that an earlier install brought. */
  brought: readonly string[];
  /** What goes with the packages that were brought. */
  removals: readonly Removal[];
}

/** What apt would do to take a package back. */
export interface Removal {
  package: string;
  /** It, and what nobody needs without it. */
  goes: readonly string[];
  /** Who needs it still: it is left where it is. */
  neededBy: readonly string[];
}

/** `record` is the file in which install noted what it brought. */
export function askBefore(record: string) {
  return ask(beforeKind, record);
}

/** One look. What nobody needs is compared with what nobody needed before, which is not ours to take. */
const beforeKind: ProbeKind<string, Before> = {
  name: 'schedule-before',
  script: ([record = '']) => sh`
    [ -d /run/systemd/system ] && echo 'systemd yes' || echo 'systemd no'
    printf 'node %s\n' "$(${NODE} --version 2>/dev/null)"
    dpkg-query -W -f='installed \${Package} \${db:Status-Abbrev}\n' -- nodejs cron 2>/dev/null
    record=$(cat ${record} 2>/dev/null)
    printf 'record %s\n' "$(printf %s "$record" | base64 -w0)"
    ${REMOVALS}
    echo end`,
  parse: (stdout) => [beforeOf(stdout)],
};

/** apt only says what it would do. */
const REMOVALS: Script = sh`
  would() { apt-get -s -q "$@" 2>/dev/null | sed -n 's/^\(Remv\|Purg\) \([^ ]*\).*/\2/p' | sort -u; }
  for name in nodejs cron; do
  case $record in *"\"$name\""*) ;; *) continue ;; esac
  dpkg-query -W -f='\${db:Status-Status}' -- "$name" 2>/dev/null | grep -qx installed || continue
  goes=$(comm -23 <(would --auto-remove remove "$name") <(would autoremove))
  for each in $goes; do echo "goes $name $each"; done
  for each in $(comm -12 <(echo "$goes") <(apt-mark showmanual | sort -u) | grep -vx "$name"); do echo "needed $name $each"; done
  [ "$name" != cron ] || [ -z "$(ls -A /var/spool/cron/crontabs 2>/dev/null)" ] || echo 'needed cron crontabs'
  done`;

function beforeOf(stdout: string): Observation<Before> {
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  if (lines.pop()?.[0] !== 'end') throw new Error('the answer was cut');
  const all = (kind: string): string[][] =>
    lines.filter(([first]) => first === kind).map((line) => line.slice(1));
  const record = Buffer.from(all('record')[0]?.[0] ?? '', 'base64').toString('utf8');
  const brought = record === '' ? [] : readRecord(record);
  const of = (kind: string, name: string): string[] =>
    all(kind).flatMap(([owner, each = '']) => (owner === name ? [each] : []));
  const there = all('installed').flatMap(([name = '', status = '']) =>
    status.startsWith('ii') ? [name] : [],
  );
  return known({
    systemd: all('systemd')[0]?.[0] === 'yes',
    node: /^v(\d+\.\d+\.\d+)$/.exec(all('node')[0]?.[0] ?? '')?.[1] ?? null,
    installed: there,
    brought,
    removals: brought
      .filter((name) => there.includes(name))
      .map((name) => ({ package: name, goes: of('goes', name), neededBy: of('needed', name) })),
  });
}

/** The content of the record. */
export function packageRecord(names: readonly string[]): string {
  return `${JSON.stringify({ schema: 'vdb.packages/1', packages: names })}\n`;
}

function readRecord(text: string): string[] {
  const { packages } = JSON.parse(text) as { packages: unknown };
  const isNames = (value: unknown): value is string[] =>
    Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (!isNames(packages)) throw new Error('the record of packages cannot be read');
  return packages;
}

/** A Node that is there and is no package's is used as it is: apt would put another one in its place. Pure. */
export function packagesFor(means: Means, { node, installed }: Before): string[] {
  return PACKAGES[means].filter((name) => name !== 'nodejs' || node === null || installed.includes(name));
}

/** Packages that install brings now or brought before. Pure. */
export function broughtBy(means: Means, before: Before): string[] {
  const fresh = packagesFor(means, before).filter((name) => !before.installed.includes(name));
  return [...new Set([...before.brought, ...fresh])].sort();
}

const LEAST: readonly [number, number] = [20, 19];

/** Throws `schedule.node` unless the host has, or its distribution offers, a Node that runs vdb. Pure. */
export function assertNode(facts: Facts, { node }: Before): void {
  const version = node ?? supportedOs(facts).node;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return;
  const whose = node === null ? `${facts.os.name} offers` : `${facts.hostname} has`;
  throw new VdbError(`${whose} Node ${version}, and vdb needs ${LEAST.join('.')} or later`, {
    code: 'schedule.node',
    exitCode: EXIT.failed,
    meaning: 'Backups cannot be scheduled on the server itself. Nothing was changed.',
    next: 'Schedule them on this machine: vdb backup schedule install --on here',
  });
}
