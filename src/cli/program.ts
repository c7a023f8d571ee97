import { Command, CommanderError, Help, Option } from 'commander';
import { EXIT, type ExitCode } from '../errors.js';
import { Redactor } from '../host/redact.js';
import { version } from '../version.js';
import type { CommandContext, Handler } from './context.js';
import { reportFailure, reportStray, writeEvent } from './failure.js';
import { addGlobalOptions, globalOptions, rawGlobalOptions } from './global-options.js';
import { COMMANDS, type CommandSpec, GROUPS, type OptionSpec } from './spec.js';
import { maskedStreams, type Streams, terminalOf } from './terminal.js';
import { usageError, usageExit, wantsJson } from './usage.js';

const EXIT_CODES_HELP = `Exit codes, the same in every output format:
  0    done, or ready
  1    failed
  2    usage or configuration error
  3    not ready, drift, a plan that no longer fits, or a missed limit
  4    host unreachable or not trusted
  5    locked by another run
  6    timed out waiting
  130  interrupted
`;

/**
 * Parses `argv` (without node and script), runs the command, and returns its exit code. Never throws: what is no
 * error of the user's is reported as a bug, with exit code 1.
 */
export async function runProgram(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  try {
    if (argv[0] === 'complete') return await (await import('./complete.js')).complete(argv.slice(1), streams);
    return await parseAndRun(argv, streams);
  } catch (error) {
    return reportStray(error, argv, streams);
  }
}

async function parseAndRun(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  const json = wantsJson(argv);
  let exitCode: ExitCode = EXIT.ok;
  const program = buildProgram(json ? withoutProse(streams) : streams, async (spec, command, args) => {
    exitCode = await runCommand(spec, { command, args, argv }, streams);
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return usageExit(error, json, streams);
  }
  return exitCode;
}

/** Commander's messages are left out: the result event says what they say. */
function withoutProse(streams: Streams): Streams {
  return { ...streams, stderr: { ...streams.stderr, write: () => true } };
}

type Run = (spec: CommandSpec, command: Command, args: string[]) => Promise<void>;

/** The commander program, from the table of commands. Nothing else is loaded for `--help`. */
export function buildProgram(streams: Streams, run: Run): Command {
  const program = new Command('vdb')
    .description('Provision, deploy and validate a self-hosted Qdrant server over SSH.')
    .version(version(), '--version', 'print the version')
    .enablePositionalOptions()
    .showHelpAfterError('(run with --help for what is possible)')
    .configureHelp({ optionDescription })
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    })
    .exitOverride();
  addGlobalOptions(program);
  addCommands(program, run);
  addHelp(program, streams);
  return program;
}

/** As commander has it, but for an empty preset, which says nothing to anybody. */
function optionDescription(option: Option): string {
  return option.presetArg === '' ? option.description : new Help().optionDescription(option);
}

function addCommands(program: Command, run: Run): void {
  const parents = new Map<string, Command>();
  const parentOf = (words: readonly string[]): Command =>
    words.length === 1 ? program : (parents.get(words.slice(0, -1).join(' ')) as Command);
  for (const [name, summary] of Object.entries(GROUPS)) {
    const words = name.split(' ');
    const group = parentOf(words).command(words.at(-1) as string);
    group.description(summary).enablePositionalOptions().exitOverride();
    parents.set(name, addGlobalOptions(group));
  }
  for (const spec of COMMANDS) {
    const words = spec.name.split(' ');
    const command = parentOf(words)
      .command([words.at(-1), spec.args].filter(Boolean).join(' '), { isDefault: spec.isDefault === true })
      .description(spec.summary)
      .exitOverride();
    for (const option of spec.options ?? []) addOption(command, option);
    parents.set(spec.name, addGlobalOptions(command));
    if (spec.args?.endsWith('[command...]')) command.passThroughOptions();
    command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`);
    command.action(async (...received: unknown[]) => {
      const own = received.at(-1) as Command;
      await run(spec, own, own.args);
    });
  }
}

function addOption(command: Command, [flags, description, repeatable]: OptionSpec): void {
  const option = new Option(flags, description);
  if (repeatable !== undefined) {
    option.argParser((value: string, before: string[] = []) => [...before, value]);
    if (option.optional) option.preset('');
  }
  command.addOption(option);
}

function addHelp(program: Command, streams: Streams): void {
  program.helpCommand(false);
  addGlobalOptions(program.command('help [topic...]'))
    .description('help for a command, or `help exit-codes`')
    .exitOverride()
    .action((topic: string[]) => {
      if (topic[0] === 'exit-codes') return void streams.stdout.write(EXIT_CODES_HELP);
      const found = topic.reduce<Command | undefined>(
        (command, word) => command?.commands.find((child) => child.name() === word),
        program,
      );
      if (found === undefined) {
        const error = usageError(`there is no help for '${topic.join(' ')}'`, 'vdb --help');
        program.configureOutput().writeErr?.(`${error.message}\n`);
        throw error;
      }
      found.outputHelp();
    });
}

async function runCommand(
  spec: CommandSpec,
  { command, args, argv }: { command: Command; args: string[]; argv: readonly string[] },
  streams: Streams,
): Promise<ExitCode> {
  const raw = rawGlobalOptions(command);
  const global = globalOptions(raw);
  const redactor = new Redactor();
  const masked = maskedStreams(streams, redactor);
  const terminal = terminalOf(masked, { quiet: global.quiet, json: global.json, color: raw.color });
  const emit: CommandContext['emit'] = (event) => {
    if (global.json) writeEvent(masked, event);
  };
  const context: CommandContext = {
    global,
    options: command.opts(),
    args,
    argv,
    terminal,
    redactor,
    env: streams.env,
    cwd: streams.cwd,
    emit,
  };
  try {
    const handler = (await spec.load()) as Handler;
    return await handler(context);
  } catch (error) {
    return await reportFailure(error, context);
  }
}
