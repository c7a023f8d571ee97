import { hostname as operatorHostname, userInfo } from 'node:os';
import type { LoadedConfig } from '../config/load.js';
import type { Config, HostConfig } from '../config/schema.js';
import { digestOf } from '../engine/plan.js';
import type { TaskContext } from '../engine/task.js';
import { EXIT, VdbError } from '../errors.js';
import { type Facts, factsProbe } from '../host/facts.js';
import { Gate } from '../host/gate.js';
import type { Host } from '../host/host.js';
import { ask, observe } from '../host/probe.js';
import type { CommandContext } from './context.js';

/** A loaded configuration with the redactor that knows its secrets. */
export interface Configured {
  config: Config;
  /** sha256 of the effective configuration, secrets included. */
  digest: string;
  gate: Gate;
  file: string;
}

/** A configuration and one connected host of it. */
export interface Session extends Configured {
  hostConfig: HostConfig;
  host: Host;
}

/** Loads the configuration that the global options name. */
export async function loadForRun(context: CommandContext): Promise<Configured> {
  const { loadConfig } = await import('../config/load.js');
  const { config: file, lab } = context.global;
  const loaded: LoadedConfig = await loadConfig({
    cwd: context.cwd,
    env: context.env,
    ...(file === undefined ? {} : { config: file }),
    ...(lab === undefined ? {} : { lab }),
  });
  const gate = new Gate(context.redactor);
  for (const secret of loaded.secrets) gate.redactor.add(secret);
  if (context.global.verbose) {
    gate.onRecord = ({ title, exitCode, durationMs }) =>
      context.terminal.err(`> ${title} (exit ${exitCode ?? 'none'}, ${Math.round(durationMs)} ms)`);
  }
  return { config: loaded.config, digest: digestOf(loaded.config), gate, file: loaded.file };
}

/** The host that `--host` names, or the only one. Throws when the choice is not clear. */
export function chooseHost(config: Config, name: string | undefined): HostConfig {
  const names = config.hosts.map((host) => host.name);
  if (name === undefined && config.hosts.length === 1) return config.hosts[0] as HostConfig;
  const found = config.hosts.find((host) => host.name === name);
  if (found !== undefined) return found;
  throw new VdbError(name === undefined ? 'Which host?' : `There is no host "${name}" in the configuration`, {
    code: 'host.choice',
    exitCode: EXIT.usage,
    meaning: `The configuration has ${names.join(', ')}.`,
    next: `Add --host ${names[0]} to the command.`,
  });
}

/** Throws where a command cannot work with a configuration: before anything is connected to. */
export type Accept = (configured: Configured) => void;

/** Loads the configuration and connects to the chosen host. */
export async function openSession(context: CommandContext, accept: Accept = () => {}): Promise<Session> {
  const configured = await loadForRun(context);
  accept(configured);
  const hostConfig = chooseHost(configured.config, context.global.host);
  const { openHost } = await import('../host/open.js');
  const host = await openHost(hostConfig, configured.gate, {
    env: context.env,
    onRetry: (message: string) => context.terminal.err(message),
  });
  return { ...configured, hostConfig, host };
}

/** Runs `work` with a connected host and closes the connection whatever happens. */
export async function withSession<T>(
  context: CommandContext,
  work: (session: Session) => Promise<T>,
  accept?: Accept,
): Promise<T> {
  const session = await openSession(context, accept);
  try {
    return await work(session);
  } finally {
    await session.host.close();
  }
}

/** What tasks need to compose their resources: one command on the host. */
export async function taskContext(session: Session): Promise<TaskContext> {
  return taskContextOf(session, await readFacts(session.host));
}

/** The same, where the facts are known already. */
export function taskContextOf(
  { config, host, hostConfig }: Pick<Session, 'config' | 'host' | 'hostConfig'>,
  facts: Facts,
): TaskContext {
  return { config, facts, address: host.reach?.name ?? hostConfig.address };
}

/** The host's facts. Throws when it does not answer with something readable. */
export async function readFacts(host: Host): Promise<Facts> {
  const [observation] = await observe(host, [ask(factsProbe, null)]);
  if (observation?.status === 'known' && observation.value !== null) return observation.value as Facts;
  const why = observation !== undefined && 'why' in observation ? observation.why : 'no answer';
  throw new VdbError(`The facts of ${host.target} could not be read: ${why}`, {
    code: 'host.facts',
    exitCode: EXIT.unreachable,
    host: host.target,
    meaning: 'The host answered over SSH but not as a Linux host with bash and /etc/os-release does.',
  });
}

/** `user@machine`, for the lock and the journal. */
export function operator(): string {
  return `${userInfo().username}@${operatorHostname()}`;
}
