import { EXIT, VdbError } from '../errors.js';
import type { Command } from '../host/command.js';
import type { Host } from '../host/host.js';
import { sh } from '../host/shell.js';
import type { RunOutcome } from './events.js';

/** Who ran what, with which version of vdb. `argv` is redacted. */
export interface RunIdentity {
  run: string;
  who: string;
  command: string;
  vdb: string;
}

/** One line of the host's journal. A run writes its intent before it changes anything, its outcome after. */
export type JournalRecord = RunIdentity & { schema: 'vdb.journal/1'; at: string } & (
    | { event: 'intent'; tasks: string[]; changes: number }
    | {
        event: 'outcome';
        status: 'done' | 'failed' | 'interrupted';
        changed: number;
        failed: string[];
        skipped: string[];
        duration_ms: number;
        tasks: { id: string; status: string; changed: number }[];
      }
  );

/** Appends one record. A line is far below PIPE_BUF's multiples that matter: O_APPEND keeps lines whole. */
export function appendCommand(stateDirectory: string, record: JournalRecord): Command {
  return {
    title: `journal: ${record.event}`,
    stdin: `${JSON.stringify(record)}\n`,
    script: sh`
      set -eu
      d=${stateDirectory}
      [ -d "$d" ] || install -d -m 0751 "$d"
      umask 027
      f="$d/journal.ndjson"
      if [ -s "$f" ] && [ -n "$(tail -c 1 "$f")" ]; then echo >> "$f"; fi
      cat >> "$f"
      sync "$f"`,
  };
}

/** The outcome record of a run. Pure. */
export function outcomeRecord(identity: RunIdentity, outcome: RunOutcome, at: Date): JournalRecord {
  const names = (status: string): string[] =>
    outcome.tasks.flatMap((task) =>
      task.steps.filter((step) => step.status === status).map((step) => step.resource),
    );
  const unfinished = outcome.failed + outcome.refused > 0;
  return {
    schema: 'vdb.journal/1',
    ...identity,
    at: at.toISOString(),
    event: 'outcome',
    status: outcome.interrupted ? 'interrupted' : unfinished ? 'failed' : 'done',
    changed: outcome.changed,
    failed: [...names('failed'), ...names('refused')],
    skipped: names('skipped'),
    duration_ms: Math.round(outcome.durationMs),
    tasks: outcome.tasks.map((task) => ({
      id: task.id,
      status: task.status,
      changed: task.steps.filter((step) => step.status === 'changed').length,
    })),
  };
}

/** A run as the journal tells it. Without an outcome it was killed, lost its connection, or still runs. */
export interface HistoryEntry extends RunIdentity {
  at: string;
  status: 'done' | 'failed' | 'interrupted' | 'unfinished';
  changed: number;
  failed: string[];
  skipped: string[];
  durationMs: number | null;
  tasks: { id: string; status: string; changed: number }[];
}

/**
 * The last `limit` lines of the host's journal, as runs, newest first; none before the first run. Throws
 * `journal.unreadable` when there is a journal that cannot be read.
 */
export async function readHistory(host: Host, stateDirectory: string, limit = 2000): Promise<HistoryEntry[]> {
  const file = `${stateDirectory}/journal.ndjson`;
  const { stdout, stderr, exitCode } = await host.read(sh`[ ! -e ${file} ] || tail -n ${limit} -- ${file}`);
  if (exitCode === 0) return historyOf(stdout);
  throw new VdbError(`The journal of ${host.target} could not be read: ${stderr.trim()}`, {
    code: 'journal.unreadable',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: `It is ${file} on the host: one line for each run's intent and one for its outcome.`,
  });
}

/** Pure: pairs intents with outcomes. A line that is cut off or not ours is left out. */
export function historyOf(ndjson: string): HistoryEntry[] {
  const runs = new Map<string, HistoryEntry>();
  for (const record of ndjson.split('\n').map(parseRecord)) {
    if (record !== null) runs.set(record.run, merged(runs.get(record.run), record));
  }
  return [...runs.values()].reverse();
}

function parseRecord(line: string): JournalRecord | null {
  try {
    const record = JSON.parse(line) as JournalRecord;
    return record.schema === 'vdb.journal/1' ? record : null;
  } catch {
    return null;
  }
}

function merged(entry: HistoryEntry | undefined, record: JournalRecord): HistoryEntry {
  const { run, who, command, vdb } = record;
  const base = entry ?? { run, who, command, vdb, at: record.at };
  if (record.event === 'intent') {
    const tasks = record.tasks.map((id) => ({ id, status: 'unfinished', changed: 0 }));
    return { ...base, status: 'unfinished', changed: 0, failed: [], skipped: [], durationMs: null, tasks };
  }
  const { status, changed, failed, skipped, tasks } = record;
  return { ...base, status, changed, failed, skipped, tasks, durationMs: record.duration_ms };
}
