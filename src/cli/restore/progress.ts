import type { RestoreEvent } from '../../backup/restore/steps.js';
import type { HashingOptions } from '../../backup/sets/hashes.js';
import { bytesText } from '../../ui/backup/progress.js';
import { restoreStepData, restoreStepLine } from '../../ui/backup/restore-result.js';
import { duration } from '../../ui/style.js';
import type { CommandContext } from '../context.js';

/** Who follows a restore: events for machines, lines for people. */
export interface RestoreProgress {
  hashing(work: (onProgress: NonNullable<HashingOptions['onProgress']>) => Promise<void>): Promise<void>;
  onEvent(event: RestoreEvent): void;
}

/** Lines of the progress of hashing come at most so often. */
const EVERY_MS = 5000;

export function restoreProgress({ emit, global, terminal }: CommandContext<unknown>): RestoreProgress {
  const say = (line: string): void => {
    if (!global.json) terminal.err(line);
  };
  return {
    async hashing(work) {
      const since = performance.now();
      let said = since;
      await work((done, total) => {
        const now = performance.now();
        if (now - said < EVERY_MS) return;
        said = now;
        emit({ type: 'hashing', done, total });
        say(`hashes of the set: ${bytesText(done, total, now - since)}`);
      });
      say(`hashes of the set: as in its manifest (${duration(performance.now() - since)})`);
    },
    onEvent(event) {
      emit(restoreStepData(event));
      if (event.type === 'step-finished' || terminal.errIsTty) say(restoreStepLine(event));
    },
  };
}
