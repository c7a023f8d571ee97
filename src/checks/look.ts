import type { Config } from '../config/schema.js';
import { type Facts, factsProbe } from '../host/facts.js';
import type { Host } from '../host/host.js';
import { ask, known, type Observation, type Probe } from '../host/probe.js';
import { textFile } from '../resources/text-file-probe.js';
import { type HostState, readState, stateFile } from '../services/host-state.js';
import { documentFile } from '../services/registry/place.js';
import { newBatch } from './batch.js';
import type { Skew } from './check.js';
import { fileEnd } from './probes/files.js';

/** What has to be known before anything else can be asked: which slot is active, which machine it is, what it watches. */
export interface FirstLook {
  facts: Observation<Facts>;
  state: Observation<HostState>;
  /** The end of the journal, as it is written. */
  journal: Observation<string>;
  /** The list of health checks on the host, as it is written. */
  healthChecks: Observation<string>;
  /** How far the host's clock is ahead of this machine's. */
  skew: Observation<Skew>;
}

/** As many lines of the journal are read, from its end. */
export const JOURNAL_LINES = 1000;
/** Far more than a state has. */
const STATE_LINES = 1000;

/** The questions of the first look. */
export function firstQuestions(config: Pick<Config, 'paths'>) {
  return {
    facts: ask(factsProbe, null),
    state: askState(config),
    journal: ask(fileEnd, { path: `${config.paths.state}/journal.ndjson`, lines: JOURNAL_LINES }),
    healthChecks: ask(textFile, documentFile(config, 'healthChecks')),
  };
}

/** The text of `state.json`, for `readState`. */
export function askState(config: Pick<Config, 'paths'>): Probe<string> {
  return ask(fileEnd, { path: stateFile(config), lines: STATE_LINES });
}

/** One command on the host. */
export async function firstLook(host: Host, config: Config): Promise<FirstLook> {
  const batch = newBatch();
  const questions = firstQuestions(config);
  const facts = batch.add(questions.facts);
  const state = batch.add(questions.state);
  const journal = batch.add(questions.journal);
  const healthChecks = batch.add(questions.healthChecks);
  const asked = Date.now();
  await batch.send(host);
  const answered = Date.now();
  return {
    facts: facts(),
    state: readState(state()),
    journal: journal(),
    healthChecks: healthChecks(),
    skew: skewOf(facts(), asked, answered),
  };
}

/** The host read its clock at some instant between the two, by this machine's clock in milliseconds. Pure. */
function skewOf(facts: Observation<Facts>, asked: number, answered: number): Observation<Skew> {
  if (facts.status !== 'known') return facts;
  if (facts.value === null) return known<Skew>(null);
  const clock = facts.value.clock * 1000;
  return known({ least: clock - answered, most: clock - asked });
}
