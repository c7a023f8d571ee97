import { hostname as operatorHostname, userInfo } from 'node:os';
import { askState } from '../checks/look.js';
import type { LoadedConfig } from '../config/load.js';
import type { Config, HostConfig } from '../config/schema.js';
import { digestOf } from '../engine/plan.js';
import type { TaskContext } from '../engine/task.js';
import { EXIT, VdbError } from '../errors.js';
import { type Facts, factsProbe } from '../host/facts.js';
import { Gate } from '../host/gate.js';
import type { Host } from '../host/host.js';
import { ask, type Observation, observe } from '../host/probe.js';
import { type HostState, knownState, readState, withActiveSlots } from '../services/host-state.js';
import type { CommandContext } from './context.js';

/** A loaded configuration with the redactor that knows its secrets. */
export interface Configured {
  config: Config;
  /** sha256 of the effective configuration, secrets included. */
  digest: string;
  gate: Gate;
  file: string;
}

/**
 * A configuration and one connected host of it. For commands that ask the host for its state themselves, together
 * with everything else, or that no slot concerns.
 */
export interface Connection extends Configured {
  hostConfig: HostConfig;
  host: Host;
}

/** A connected host, what it is and what serves there: the slots of `config` are those of the host's state. */
export interface Session extends Connection {
  facts: Facts;
  /** Unknown where it cannot be read; `config` has the slots of the configuration then. */
  state: Observation<HostState>;
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
async function connect(context: CommandContext, accept: Accept = () => {}): Promise<Connection> {
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
export async function withConnection<T>(
  context: CommandContext,
  work: (connection: Connection) => Promise<T>,
  accept?: Accept,
): Promise<T> {
  const connection = await connect(context, accept);
  try {
    return await work(connection);
  } finally {
    await connection.host.close();
  }
}

/** The same, where it is known what the host is and which slots serve there. */
export function withSession<T>(
  context: CommandContext,
  work: (session: Session) => Promise<T>,
  accept?: Accept,
): Promise<T> {
  return withConnection(context, async (connection) => work(await openSession(connection)), accept);
}

/** Facts and state of the host: one command. Throws `host.facts` or `host.state` when they cannot be looked at. */
export async function openSession(connection: Connection): Promise<Session> {
  const { host, config } = connection;
  const [facts, text] = await observe(host, [ask(factsProbe, null), askState(config)]);
  if (facts?.status !== 'known' || facts.value === null) throw unseen(host, 'facts', facts);
  if (text?.status !== 'known') throw unseen(host, 'state', text);
  const state = readState(text as Observation<string>);
  const effective = withActiveSlots(config, knownState(state));
  return { ...connection, config: effective, facts: facts.value as Facts, state };
}

function unseen(
  host: Host,
  what: 'facts' | 'state',
  observation: Observation<unknown> | undefined,
): VdbError {
  const why = observation !== undefined && 'why' in observation ? observation.why : 'no answer';
  return new VdbError(`The ${what} of ${host.target} could not be read: ${why}`, {
    code: `host.${what}`,
    exitCode: EXIT.unreachable,
    host: host.target,
    meaning: 'The host answered over SSH but not as a Linux host with bash and /etc/os-release does.',
  });
}

/** What tasks need to compose their resources. */
export function taskContext({
  config,
  host,
  hostConfig,
  facts,
  state,
}: Pick<Session, 'config' | 'host' | 'hostConfig' | 'facts' | 'state'>): TaskContext {
  const address = host.reach?.name ?? hostConfig.address;
  return { config, facts, address, standby: knownState(state)?.gateway?.standby ?? null };
}

/** `user@machine`, for the lock and the journal. */
export function operator(): string {
  return `${userInfo().username}@${operatorHostname()}`;
}
