import type { Config } from '../config/schema.js';
import { type Facts, factsProbe } from '../host/facts.js';
import type { Host } from '../host/host.js';
import { ask, known, type Observation } from '../host/probe.js';
import { newBatch } from './batch.js';
import type { Skew } from './check.js';
import { type HostState, readState } from './place.js';
import { fileEnd } from './probes/files.js';

/** What has to be known before anything else can be asked: which slot is active, which machine it is. */
export interface FirstLook {
  facts: Observation<Facts>;
  state: Observation<HostState>;
  /** The end of the journal, as it is written. */
  journal: Observation<string>;
  /** How far the host's clock is ahead of this machine's. */
  skew: Observation<Skew>;
}

const LINES = 1000;

/** One command on the host. */
export async function firstLook(host: Host, { paths }: Config): Promise<FirstLook> {
  const batch = newBatch();
  const facts = batch.add(ask(factsProbe, null));
  const state = batch.add(ask(fileEnd, { path: `${paths.state}/state.json`, lines: LINES }));
  const journal = batch.add(ask(fileEnd, { path: `${paths.state}/journal.ndjson`, lines: LINES }));
  const asked = Date.now();
  await batch.send(host);
  const answered = Date.now();
  return {
    facts: facts(),
    state: readState(state()),
    journal: journal(),
    skew: skewOf(facts(), asked, answered),
  };
}

/** The host read its clock at some instant between the two, by this machine's clock in milliseconds. Pure. */
export function skewOf(facts: Observation<Facts>, asked: number, answered: number): Observation<Skew> {
  if (facts.status !== 'known') return facts;
  if (facts.value === null) return known<Skew>(null);
  const clock = facts.value.clock * 1000;
  return known({ least: clock - answered, most: clock - asked });
}
