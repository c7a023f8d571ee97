import { shapeOf } from '../checks/answers/collection.js';
import { isGenuine, plainVersion } from '../checks/answers/qdrant.js';
import { isMissing } from '../checks/status/down.js';
import type { CollectionOverview, Overview } from '../checks/status/overview.js';
import type { DeployRecord } from '../deploy/record.js';
import type { HistoryEntry } from '../engine/journal.js';
import type { Observation } from '../host/probe.js';
import { standing } from './deploy/status.js';
import { bytes, orWhy, points, span, stamp } from './status-values.js';
import { count, duration, shortened, styleFor } from './style.js';
import { wrap } from './wrap.js';

/** How the overview is shown. */
export interface StatusView {
  name: string;
  target: string;
  color: boolean;
  columns: number;
}

/** What runs where, for people. `down` is what {@link downOf} says. */
export function statusText(overview: Overview, down: readonly string[], view: StatusView): string {
  const { bold, green, red } = styleFor(view.color);
  const section = (title: string, lines: readonly string[]): string =>
    [bold(title), ...lines.map((line) => `  ${line}`), ''].join('\n');
  return [
    section(`${view.name} (${view.target})`, hostLines(overview)),
    section('Services', serviceLines(overview, view)),
    section('Versions', versionLines(overview)),
    section('Collections', collectionLines(overview, view)),
    section('Runs', runLines(overview, view)),
    down.length === 0
      ? green('Everything runs.')
      : [red(`${count(down.length, 'problem')}:`), ...down.map((line) => `  ${line}`)].join('\n'),
  ].join('\n');
}

function hostLines({ facts, disk, dataPath }: Overview): string[] {
  const machine = orWhy(facts, 'unknown', (value) => {
    const { os, kernel, arch, virtualisation } = value;
    const kind = ['', 'none'].includes(virtualisation) ? '' : `, ${virtualisation}`;
    const load = `${count(value.cpus, 'CPU')}, ${bytes(value.memory)} memory, up ${span(value.uptime)}`;
    return `${os.name}\n${arch}, kernel ${kernel}${kind}\n${load}`;
  });
  const space = orWhy(disk, 'unknown', ({ free, size, mountedOn, fileSystem, instead }) => {
    const percent = Math.floor((100 * free) / size);
    return `${bytes(free)} of ${bytes(size)} free (${percent} %) on ${mountedOn}, ${fileSystem}${instead === undefined ? '' : `; does not exist, measured at ${instead}`}`;
  });
  return [...machine.split('\n'), `${dataPath}: ${space}`];
}

function serviceLines({ services, facts }: Overview, { color }: StatusView): string[] {
  const { green, red, yellow } = styleFor(color);
  const now = facts.status === 'known' ? facts.value?.clock : undefined;
  const nameOf = (unit: string): string => unit.replace(/\.service$/, '');
  const width = Math.max(0, ...services.map(({ unit }) => nameOf(unit).length));
  return services.map(({ unit, state }) => {
    const name = nameOf(unit).padEnd(width);
    if (state.status !== 'known') return `${name} ${yellow('unknown')}: ${state.why}`;
    if (state.value === null) return `${name} ${red('not installed')}`;
    const { active, since, restarts } = state.value;
    const word = (active === 'active' ? green : red)(active.padEnd(10));
    const ago = since === null || now === undefined ? '' : ` (${span(Math.max(0, now - since))})`;
    const when = since === null ? 'never started' : `since ${stamp(since)}${ago}`;
    return `${name} ${word} ${when}${restarts === 0 ? '' : `, ${count(restarts, 'restart')}`}`;
  });
}

function versionLines({ qdrant, slot, postgres, redis, python }: Overview): string[] {
  const where = `slot ${slot.name}${slot.recorded ? '' : ' (from the configuration, the host has no state yet)'}`;
  const versions: [string, string][] = [
    [
      'Qdrant',
      orWhy(qdrant.root, 'does not answer', (root) =>
        isGenuine(root) ? root.version : `${plainVersion(root)}, the EMULATOR, not Qdrant`,
      ),
    ],
    ...(postgres === null
      ? []
      : [
          ['PostgreSQL', orWhy(postgres, 'not installed', ({ server }) => serverText(server))] as [
            string,
            string,
          ],
        ]),
    ...(redis === null
      ? []
      : [
          [
            'Redis',
            orWhy(redis, 'not installed', ({ version }) => version ?? 'unknown: it does not answer'),
          ] as [string, string],
        ]),
    ['Python', orWhy(python, 'no virtual environment', (version) => version)],
  ];
  const lines = versions.map(([name, text]) => `${name.padEnd(11)} ${text}`);
  return [...lines, `${'Active'.padEnd(11)} ${where}`];
}

function serverText(server: { version: string; vector: string | null } | null): string {
  if (server === null) return 'unknown: it does not answer';
  return `${server.version}, ${server.vector === null ? 'without pgvector' : `pgvector ${server.vector}`}`;
}

function collectionLines(
  { collections, qdrant: { names } }: Overview,
  { color, columns }: StatusView,
): string[] {
  const { red } = styleFor(color);
  const width = Math.max(12, ...collections.map(({ name }) => name.length));
  const rows = collections.map((collection) => {
    const name = collection.name.padEnd(width);
    if (isMissing(collection.name, names)) return `${name} ${red('missing')}`;
    return shortened(`${name} ${collectionText(collection)}`, columns - 2);
  });
  const configured = new Set(collections.map(({ name }) => name));
  const others = names.status === 'known' ? (names.value ?? []).filter((name) => !configured.has(name)) : [];
  return [
    ...(rows.length === 0 ? ['none configured'] : rows),
    ...(others.length === 0 ? [] : [`not in the configuration: ${others.join(', ')}`]),
  ];
}

function collectionText({ info, points: counted }: CollectionOverview): string {
  const total = orWhy(counted, 'unknown', (value) => points(value)).padStart(8);
  return orWhy(info, 'unknown: Qdrant does not answer', (value) => {
    const { size, distance, m, efConstruct, quantization } = shapeOf(value);
    const vectors = `${size ?? '?'} ${distance ?? '?'}`;
    const graph = `m ${m ?? '?'}, ef ${efConstruct ?? '?'}`;
    return `${total} points  ${value.status.padEnd(7)} ${vectors}, ${graph}, ${quantization ?? 'not quantized'}`;
  });
}

function runLines({ last, openDeploy }: Overview, { color, columns }: StatusView): string[] {
  const { run, backup, deploy } = last;
  const lines = (label: string, entry: Observation<HistoryEntry>): string[] =>
    wrap(orWhy(entry, 'none yet', runText), columns - 14).map(
      (line, index) => `${(index === 0 ? label : '').padEnd(12)}${line}`,
    );
  const open = openDeployText(openDeploy);
  return [
    ...[...lines('last', run), ...lines('last backup', backup), ...lines('last deploy', deploy)],
    ...(open === null ? [] : [styleFor(color).yellow(open)]),
  ];
}

function openDeployText(open: Observation<DeployRecord>): string | null {
  if (open.status !== 'known') return `open deploy unknown: ${open.why}`;
  if (open.value === null) return null;
  const { id, kind } = open.value;
  return `${kind} ${id} is ${standing(open.value, { isLocked: null })}: vdb deploy status`;
}

function runText({ at, command, status, changed, who, durationMs }: HistoryEntry): string {
  const took = durationMs === null ? '' : ` in ${duration(durationMs)}`;
  return `${stamp(Date.parse(at) / 1000)} ${status}${took}, ${count(changed, 'change')}: ${command}, by ${who}`;
}
