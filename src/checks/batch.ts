import type { Host } from '../host/host.js';
import { type Observation, observe, type Probe } from '../host/probe.js';

/** Questions of different kinds that travel together and keep their types. */
export interface Batch {
  /** Adds a question. The function that it gives holds the answer once the batch was sent. */
  add<Have>(probe: Probe<Have>): () => Observation<Have>;
  /** Asks everything, in one command on the host. */
  send(host: Host): Promise<void>;
}

/** An empty batch. Each is sent once. */
export function newBatch(): Batch {
  const probes: Probe[] = [];
  let answers: Observation<unknown>[] = [];
  return {
    add<Have>(probe: Probe<Have>) {
      const position = probes.push(probe) - 1;
      const unasked: Observation<Have> = { status: 'unknown', why: 'the host did not answer' };
      return () => (answers[position] as Observation<Have> | undefined) ?? unasked;
    },
    async send(host) {
      answers = await observe(host, probes);
    },
  };
}
