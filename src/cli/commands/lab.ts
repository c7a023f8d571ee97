import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { labDown } from '../../lab/down.js';
import { labSsh } from '../../lab/ssh.js';
import { type LabStatus, labList } from '../../lab/status.js';
import { type LabUpResult, labUp } from '../../lab/up.js';
import type { CommandContext, Handler } from '../context.js';

export interface LabUpFlags {
  image?: string;
  qdrant?: string;
  user?: string;
}

/** `vdb lab up [name]`: a lab host that runs. Exits 1 when its systemd reports failed units. */
export const up: Handler<LabUpFlags> = async (context) => {
  const { args, cwd, env, options } = context;
  const name = labName(context, args[0]);
  const { image, qdrant, user } = options;
  const progress = await openProgress(context);
  try {
    const result = await labUp({
      name,
      cwd,
      env,
      onProgress: (message) => progress.say(message),
      ...{ image, qdrant, user: checkedUser(user) },
    });
    progress.close();
    return reportUp(context, result);
  } finally {
    progress.close();
  }
};

/** `vdb lab down [name]`, `vdb lab down --all`. A host that is not there is as good as removed. */
export const down: Handler<{ all?: boolean }> = async (context) => {
  const { args, cwd, options, terminal, emit } = context;
  if (options.all && args[0] !== undefined) throw usage('lab down takes a name or --all, not both');
  const which = options.all ? ({ all: true } as const) : { name: labName(context, args[0]) };
  const { removed } = await labDown({ cwd, which });
  emit({ type: 'result', removed, exit_code: EXIT.ok });
  if (!context.global.json) {
    terminal.err(removed.length === 0 ? 'No such lab host here.' : `Removed: ${removed.join(', ')}`);
  }
  return EXIT.ok;
};

/** `vdb lab status`: the lab hosts of the working directory. */
export const status: Handler = async (context) => {
  const labs = await labList(context.cwd);
  context.emit({ type: 'result', labs: labs.map(labData), exit_code: EXIT.ok });
  if (context.global.json) return EXIT.ok;
  if (labs.length === 0) context.terminal.err('No lab hosts here. Make one with: vdb lab up');
  else context.terminal.out(labs.map(statusLine).join('\n'));
  return EXIT.ok;
};

/** `vdb lab ssh [name] [command...]`. Exits as the session does. */
export const ssh: Handler = async (context) => {
  const [first, ...words] = context.args;
  const command = words[0] === '--' ? words.slice(1) : words;
  const { cwd, env } = context;
  const exitCode = await labSsh({ cwd, env, name: labName(context, first), command });
  return exitCode as ExitCode;
};

/** The host that is meant: the argument, `--lab`, else `default`. */
function labName(context: Pick<CommandContext, 'global'>, argument: string | undefined): string {
  return argument ?? context.global.lab ?? 'default';
}

function checkedUser(user: string | undefined): 'root' | 'ops' | undefined {
  if (user === undefined || user === 'root' || user === 'ops') return user;
  throw usage(`--user is root or ops, not "${user}"`);
}

function usage(message: string): VdbError {
  return new VdbError(message, { code: 'usage', exitCode: EXIT.usage });
}

interface Progress {
  say(message: string): void;
  close(): void;
}

/** A spinner on a terminal, plain lines elsewhere, events with `--json`. */
async function openProgress({ global, terminal, emit }: CommandContext<LabUpFlags>): Promise<Progress> {
  if (global.json) return { say: (message) => emit({ type: 'progress', message }), close: () => {} };
  if (!terminal.errIsTty || global.quiet) return { say: (message) => terminal.err(message), close: () => {} };
  const { default: ora } = await import('ora');
  const spinner = ora({ text: 'looking for a container engine', stream: process.stderr }).start();
  return {
    say: (message) => {
      spinner.text = message;
    },
    close: () => void spinner.stop(),
  };
}

function reportUp(context: CommandContext<LabUpFlags>, result: LabUpResult): ExitCode {
  const exitCode = result.system === 'running' ? EXIT.ok : EXIT.failed;
  const { paths, ...record } = result;
  context.emit({ type: 'result', ...record, directory: paths.directory, exit_code: exitCode });
  if (!context.global.json) context.terminal.err(upText(result));
  return exitCode;
}

/** What `lab up` tells a person. */
export function upText(result: LabUpResult): string {
  const { name, user, address, port, was, seconds, image, qdrant, engine, system, paths } = result;
  const verb = { absent: 'is up', stopped: 'was stopped and is up again', running: 'is already up' }[was];
  const first = `Lab host ${name} ${verb}: ${user}@${address}:${port} (${seconds} s)`;
  if (was === 'running') return first;
  const refused = image.refusals.map((each) => `\n             not ${each}`).join('');
  return [
    first,
    ...(system === 'running'
      ? []
      : [`  state      ${system}: see \`vdb lab ssh ${name} systemctl --failed\``]),
    `  image      ${image.tag} from ${image.source}, on ${engine}${was === 'absent' ? refused : ''}`,
    `  qdrant     ${qdrant.artifact.from}${qdrant.version === undefined ? '' : ` ${qdrant.version}`}: ${qdrant.why}`,
    `  files      ${paths.directory}`,
    `Next: vdb --lab ${name} provision --plan`,
  ].join('\n');
}

function labData({ name, state, record, paths }: LabStatus) {
  return {
    name,
    state,
    directory: paths.directory,
    ...(record === undefined ? {} : { user: record.user, address: record.address, port: record.port }),
    ...(record === undefined ? {} : { engine: record.engine, container: record.container }),
    ...(record === undefined ? {} : { qdrant: record.qdrant }),
  };
}

function statusLine({ name, state, record }: LabStatus): string {
  const where = record === undefined ? 'no container' : `${record.user}@${record.address}:${record.port}`;
  return `${name.padEnd(16)} ${state.padEnd(9)} ${where}`;
}
