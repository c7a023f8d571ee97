import type { Config } from '../config/schema.js';
import { type Facts, factsProbe } from '../host/facts.js';
import type { Host } from '../host/host.js';
import { ask, type Observation } from '../host/probe.js';
import { newBatch } from './batch.js';
import { type HostState, readState } from './place.js';
import { fileEnd } from './probes/files.js';

/** What has to be known before anything else can be asked: which slot is active, which machine it is. */
export interface FirstLook {
  facts: Observation<Facts>;
  state: Observation<HostState>;
  /** The end of the journal, as it is written. */
  journal: Observation<string>;
}

const LINES = 1000;

/** One command on the host. */
export async function firstLook(host: Host, { paths }: Config): Promise<FirstLook> {
  const batch = newBatch();
  const facts = batch.add(ask(factsProbe, null));
  const state = batch.add(ask(fileEnd, { path: `${paths.state}/state.json`, lines: LINES }));
  const journal = batch.add(ask(fileEnd, { path: `${paths.state}/journal.ndjson`, lines: LINES }));
  await batch.send(host);
  return { facts: facts(), state: readState(state()), journal: journal() };
}
