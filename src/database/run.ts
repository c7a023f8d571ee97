import type { Config } from '../config/schema.js';
import type { Command } from '../host/command.js';
import { CommandError, type Host } from '../host/host.js';
import { citadelAnswer } from '../services/citadel/answer.js';
import { citadelScript } from '../services/citadel/command.js';
import { citadelOf } from '../services/citadel/place.js';
import { layerFailed } from './errors.js';

/** What the layer is asked to do. */
export interface Request {
  /** What cannot be done if it fails: "The collections could not be compared". */
  failure: string;
  args: readonly string[];
  timeoutSeconds?: number;
}

const SECONDS = 120;

/** Asks the layer something that only looks. Throws an error with what it said was wrong. */
export async function askCitadel(
  host: Host,
  config: Config,
  request: Request,
): Promise<Record<string, unknown>> {
  const { failure, args, timeoutSeconds = SECONDS } = request;
  const result = await host.read(citadelScript(citadelOf(config), args), {
    timeoutMs: timeoutSeconds * 1000,
  });
  if (result.exitCode !== 0) throw layerFailed(failure, host.target, result);
  return citadelAnswer(result.stdout);
}

/** Has the layer change something, through the gate. */
export async function runCitadel(
  host: Host,
  config: Config,
  { failure, args, timeoutSeconds = SECONDS }: Request,
  more: Pick<Command, 'title'>,
): Promise<Record<string, unknown>> {
  const command = { ...more, script: citadelScript(citadelOf(config), args), timeoutSeconds };
  try {
    return citadelAnswer((await host.run(command)).stdout);
  } catch (error) {
    throw error instanceof CommandError ? layerFailed(failure, host.target, error.result) : error;
  }
}
