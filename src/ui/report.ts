import { join } from 'node:path';
import type { RunOutcome } from '../engine/events.js';
import type { Step } from '../engine/plan.js';
import type { TaskContext } from '../engine/task.js';
import { replaceFile } from '../files.js';
import { taskRecords } from './record.js';
import { recordText } from './record-text.js';

/** A run that is over, and who made it where. */
export interface Reported {
  steps: readonly Step[];
  outcome: RunOutcome;
  known: TaskContext;
  who: string;
  /** `user@address:port`. */
  host: string;
}

/**
 * Writes an execution record of each task into `directory` and returns the files. Everything in them comes
 * from plans and outcomes, from which secrets have been removed already.
 */
export async function writeReports(directory: string, run: Reported): Promise<string[]> {
  const { steps, outcome, known, who } = run;
  const host = `${known.facts.hostname} (${run.host}), ${known.facts.os.name}, ${known.facts.arch}`;
  const files: string[] = [];
  for (const record of taskRecords(steps, outcome, new Date())) {
    const path = join(directory, `task-${record.id}-execution.md`);
    await replaceFile(path, recordText(record, { host, who }));
    files.push(path);
  }
  return files;
}
