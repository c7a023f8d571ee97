/** A thread of the load generator: takes orders, tells of progress, and answers with what it counted. */
import { parentPort } from 'node:worker_threads';
import { type ClosedLoop, runClosed } from './closed.js';
import type { Load, Watch } from './load.js';
import { type OpenLoop, runOpen } from './open.js';
import { emptyTally, type Tally, type TallyData, toData } from './tally.js';

/** What a thread is told to do. */
export type Order =
  | { type: 'closed'; load: Load; loop: ClosedLoop }
  | { type: 'open'; load: Load; loop: OpenLoop }
  | { type: 'stop' };

/** What a thread says. */
export type Report =
  | { type: 'progress'; tally: TallyData }
  | { type: 'done'; tally: TallyData }
  | { type: 'failed'; message: string };

let stopping = new AbortController();

parentPort?.on('message', async (order: Order) => {
  if (order.type === 'stop') return stopping.abort();
  stopping = new AbortController();
  const watch: Watch = {
    signal: stopping.signal,
    onProgress: (tally) => say({ type: 'progress', tally: toData({ ...emptyTally(), ...briefly(tally) }) }),
  };
  try {
    const tally =
      order.type === 'closed'
        ? await runClosed(order.load, order.loop, watch)
        : await runOpen(order.load, order.loop, watch);
    say({ type: 'done', tally: toData(tally) });
  } catch (error) {
    say({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});

function say(report: Report): void {
  parentPort?.postMessage(report);
}

/** What progress is shown of; the histograms as they are, which are copied on the way. */
function briefly({ sent, ok, errors, latency }: Tally): Partial<Tally> {
  return { sent, ok, errors, latency };
}
