import { z } from 'zod';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { type Command, putCommand } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { known, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';
import type { RestoreId } from './collection-names.js';

/**
 * What a restore has made and kept, in `<paths.state>/restores/<RESTORE>.json`: what the names alone do not say, such
 * as where aliases pointed before. Written before anything changes, and after every switch.
 */
const collection = z.object({
  name: z.string(),
  action: z.enum(['create', 'switch', 'exchange', 'replace']),
  target: z.string(),
  kept: z.string().nullable(),
  /** Clients get what was restored. */
  switched: z.boolean(),
});

const record = z.object({
  schema: z.literal('vdb.restore/1'),
  restore: z.string(),
  set: z.string(),
  at: z.iso.datetime(),
  by: z.string(),
  /**
   * `begun`: not at its end, or cut short. `done`: what was restored serves. `undone`: what was kept serves again.
   */
  state: z.enum(['begun', 'done', 'undone']),
  collections: z.array(collection),
  /** What each alias that moved pointed to before: null where it did not exist. And what it was set to. */
  aliases: z.array(z.object({ alias: z.string(), from: z.string().nullable(), to: z.string() })),
  databases: z.array(
    z.object({
      database: z.string(),
      restored: z.string(),
      kept: z.string().nullable(),
      switched: z.boolean(),
    }),
  ),
  /** RDB file of what Redis held before. Files are recorded before they are made: one that is not there reads as null. */
  redis: z.string().nullable(),
  /** Archive of the files that were replaced. */
  configuration: z.string().nullable(),
  /** What taking it back has put aside: files of what it had restored. */
  files: z.array(z.string()).optional(),
  /**
   * When what it had kept was removed. The record stays for as long as a collection that it has made does, as one that
   * serves: nothing else proves that it is no one's own.
   */
  discarded: z.iso.datetime().optional(),
});

export type RestoreRecord = z.infer<typeof record>;
export type RecordedCollection = z.infer<typeof collection>;

function directoryOf(state: string): string {
  return `${state}/restores`;
}

/** The file in which a restore keeps what it replaces; `kind` is the end of its name. */
export function keptFile(state: string, restore: RestoreId, kind: string): string {
  return `${state}/before-restore-${restore}.${kind}`;
}

/** Writes a record by a rename. */
export async function writeRecord(host: Host, state: string, value: RestoreRecord): Promise<void> {
  const directory = directoryOf(state);
  await host.run({ title: `make ${directory}`, script: sh`install -d -m 0700 -- ${directory}` });
  const content = `${JSON.stringify(record.parse(value), null, 2)}\n`;
  await host.run(putCommand({ path: `${directory}/${value.restore}.json`, content, mode: '0600' }));
}

/** The files that it has kept. Pure. */
export function recordedFiles({ redis, configuration, files = [] }: RestoreRecord): string[] {
  return [redis, configuration, ...files].flatMap((file) => file ?? []);
}

/** Removes a record with the files that it kept. */
export function forgetCommand(state: string, record: RestoreRecord): Command {
  const path = `${directoryOf(state)}/${record.restore}.json`;
  return {
    title: `forget restore ${record.restore}`,
    script: sh`rm -f -- ${recordedFiles(record)} ${path}`,
  };
}

/** All records, newest first. Throws `restore.record-unreadable` for one that cannot be read. */
export async function readRecords(host: Host, state: string): Promise<RestoreRecord[]> {
  const { stdout, stderr, exitCode } = await host.read(sh`set -eu; ${recordsScript(state)}`);
  if (exitCode !== 0) throw unreadable(host, directoryOf(state), stderr.trim());
  try {
    return parseRecords(stdout);
  } catch (error) {
    throw unreadable(host, directoryOf(state), messageOf(error));
  }
}

/** The records below each directory of state. */
export const restoreRecords: ProbeKind<string, RestoreRecord[]> = {
  name: 'restore-records',
  script: (states) => sh`${states.map((state) => sh`echo @records; (${recordsScript(state)});`)}`,
  parse: (stdout, states) => {
    const answers = stdout.split(/^@records\n/m).slice(1);
    return states.map((_, index) => known(parseRecords(answers[index] ?? '')));
  },
};

function recordsScript(state: string): Script {
  return sh`
    cd -- ${directoryOf(state)} 2>/dev/null || exit 0
    for file in *.json; do
    [ -e "$file" ] || continue
    printf '%s %s\n' "\${file%.json}" "$(base64 -w 0 <"$file")"
    done
    for file in ${state}/before-restore-*; do [ ! -f "$file" ] || printf '/ %s\n' "$(printf %s "$file" | base64 -w 0)"; done`;
}

function parseRecords(stdout: string): RestoreRecord[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const answers = lines.map((line) => {
    const [name = '', base64 = ''] = line.split(' ');
    return { name, text: Buffer.from(base64, 'base64').toString('utf8') };
  });
  const files = answers.flatMap(({ name, text }) => (name === '/' ? [text] : []));
  const records = answers.flatMap(({ name, text }) => {
    if (name === '/') return [];
    try {
      return [withFiles(record.parse(JSON.parse(text)), files)];
    } catch (error) {
      throw new Error(`${name}.json: ${messageOf(error)}`);
    }
  });
  return records.sort((a, b) => (a.at < b.at ? 1 : -1));
}

/** A record with those of its files that are there. */
function withFiles({ files, ...rest }: RestoreRecord, there: readonly string[]): RestoreRecord {
  const seen = (file: string | null): string | null => (file !== null && there.includes(file) ? file : null);
  return {
    ...rest,
    redis: seen(rest.redis),
    configuration: seen(rest.configuration),
    ...(files === undefined ? {} : { files: files.filter((file) => there.includes(file)) }),
  };
}

function unreadable(host: Host, file: string, why: string): VdbError {
  return new VdbError(`${file} cannot be read: ${why}`, {
    code: 'restore.record-unreadable',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'It says what an earlier restore has kept, and where aliases pointed before.',
    next: 'Look at it on the host; without it `vdb restore undo` cannot take that restore back.',
  });
}
