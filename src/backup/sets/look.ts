import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { ask, known, type Observation, observe, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { type BackupManifest, MANIFEST, readManifest } from '../manifest.js';
import { SET_ID_GLOB } from '../set.js';
import {
  DRILLED,
  NOTES,
  PIN,
  type Pin,
  readPin,
  readVerification,
  VERIFIED,
  type Verification,
} from './notes.js';

/** A directory that is named like a set, with what lies in it. */
export interface FoundSet {
  id: string;
  /** Null where there is none that can be read. */
  manifest: BackupManifest | null;
  /** Why there is none: `unfinished`, or what is wrong with it. */
  why: string;
  /** Bytes of the regular files below it, by path. */
  files: ReadonlyMap<string, number>;
  pin: Pin | null;
  verification: Verification | null;
  /** What its last drill brought. */
  drill: Verification | null;
}

/** What a directory of sets holds. */
export interface FoundSets {
  /** Newest first, by name. */
  sets: readonly FoundSet[];
  /** Names of what is left of sets whose removal was cut short: no sets any more. */
  halfRemoved: readonly string[];
}

export interface SetsQuestion {
  directory: string;
  /** Only so many, the newest by name; all where it is missing. */
  newest?: number;
}

/** A set that is being removed is renamed first, so that it is none from then on. */
export const REMOVING = '.removing-';

const ALL = 1_000_000;

/** The sets of each directory; null for a directory that does not exist. */
export const backupSets: ProbeKind<SetsQuestion, FoundSets> = {
  name: 'backup-sets',
  timeoutSeconds: 60,
  script: (questions) => sh`
    set -o pipefail
    text() { base64 -w 0 < "$1" || echo '?'; }
    sets() {
    echo @directory
    [ -e "$1" ] || { echo absent; return; }
    cd "$1" || exit 1
    find . -mindepth 1 -maxdepth 1 -type d -name ${`${REMOVING}${SET_ID_GLOB}`} -printf 'removing %f\n' || exit 1
    ids=$(find . -mindepth 1 -maxdepth 1 -type d -name ${SET_ID_GLOB} -printf '%f\n') || exit 1
    printf '%s\n' "$ids" | sort -r | head -n "$2" | while read -r id; do
    [ -n "$id" ] || continue
    files=$(find "$id" -type f -printf '%s %P\0' | base64 -w 0) || { [ -d "$id" ] || continue; files='?'; }
    echo "set $id"
    for name in ${[MANIFEST, ...NOTES]}; do
    [ ! -e "$id/$name" ] || echo "$name $(text "$id/$name")"
    done
    echo "files $files"
    done
    echo end
    }
    ${questions.map(({ directory, newest }) => sh`( sets ${directory} ${newest ?? ALL} ) || exit 1;`)}`,
  parse: (stdout, questions) => {
    const answers = stdout.split(/^@directory\n/m).slice(1);
    return questions.map((_, index) => setsOf(answers[index] ?? ''));
  },
};

/** All sets of a directory, none where it does not exist. Throws `backup.sets-unseen` when that could not be seen. */
export async function lookAtSets(host: Host, directory: string): Promise<FoundSets> {
  const [seen] = (await observe(host, [ask(backupSets, { directory })])) as Observation<FoundSets>[];
  if (seen?.status === 'known') return seen.value ?? { sets: [], halfRemoved: [] };
  throw new VdbError(`The backup sets in ${directory} could not be seen: ${seen?.why ?? 'no answer'}`, {
    code: 'backup.sets-unseen',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'Nothing is known of them, and nothing was changed.',
    next: `On the host, this shows more: ls -la ${directory}`,
  });
}

function setsOf(answer: string): Observation<FoundSets> {
  const lines = answer.trimEnd().split('\n');
  if (lines[0] === 'absent') return known<FoundSets>(null);
  if (lines.pop() !== 'end') throw new Error('the list of sets has no end');
  const halfRemoved = lines.flatMap((line) => /^removing (.+)$/.exec(line)?.[1] ?? []);
  const starts = lines.flatMap((line, index) => (line.startsWith('set ') ? [index] : []));
  const sets = starts.map((start, index) => setOf(lines.slice(start, starts[index + 1])));
  return known({ sets, halfRemoved });
}

function setOf([first = '', ...lines]: readonly string[]): FoundSet {
  const id = first.slice('set '.length);
  const texts = new Map(lines.map((line) => line.split(' ', 2) as [string, string]));
  const text = (name: string): string | undefined => {
    const base64 = texts.get(name);
    return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('utf8');
  };
  const listed = texts.get('files');
  if (listed === undefined) throw new Error(`the files of ${id} have no end`);
  const noted = (name: string): Verification | null => {
    const read = text(name);
    return read === undefined ? null : readVerification(read);
  };
  const pin = text(PIN);
  return {
    id,
    ...manifestOf(id, text(MANIFEST), listed),
    files: filesOf(text('files') ?? ''),
    pin: pin === undefined ? null : readPin(pin),
    verification: noted(VERIFIED),
    drill: noted(DRILLED),
  };
}

function manifestOf(id: string, text: string | undefined, files: string): Pick<FoundSet, 'manifest' | 'why'> {
  if (text === undefined) return { manifest: null, why: 'unfinished' };
  if (files === '?') return { manifest: null, why: `The files of backup set ${id} could not be listed` };
  try {
    return { manifest: readManifest(text, id), why: '' };
  } catch (error) {
    return { manifest: null, why: messageOf(error) };
  }
}

function filesOf(text: string): Map<string, number> {
  const entries = text.split('\0').filter((entry) => entry !== '');
  return new Map(entries.map(fileOf));
}

function fileOf(entry: string): [string, number] {
  const [, bytes = '', path] = /^(\d+) ([\s\S]+)$/.exec(entry) ?? [];
  if (path === undefined) throw new Error(entry.slice(0, 80));
  return [path, Number(bytes)];
}
