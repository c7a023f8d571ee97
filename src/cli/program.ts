import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { EXIT, type ExitCode, messageOf, VdbError } from '../errors.js';
import type { CommandContext, GlobalOptions, Handler } from './context.js';
import { COMMANDS, type CommandSpec, GROUPS } from './spec.js';
import { type Streams, terminalOf } from './terminal.js';
import { usageError, usageExit, wantsJson } from './usage.js';

const EXIT_CODES_HELP = `Exit codes, the same in every output format:
  0    done, or ready
  1    failed
  2    usage or configuration error
  3    not ready, or drift found
  4    host unreachable or not trusted
  5    locked by another run
  6    timed out waiting
  130  interrupted
`;

interface Raw extends GlobalOptions {
  color?: boolean;
}

/** Parses `argv` (without node and script), runs the command, and returns its exit code. Never throws. */
export async function runProgram(argv: readonly string[], streams: Streams): Promise<ExitCode> {
  if (argv[0] === 'complete') return (await import('./complete.js')).complete(argv.slice(1), streams);
  const json = wantsJson(argv);
  let exitCode: ExitCode = EXIT.ok;
  const run: Run = async (spec, command, args) => {
    exitCode = await runCommand(spec, { command, args, argv }, streams);
  };
  const program = buildProgram(json ? withoutProse(streams) : streams, run);
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
    .addOption(new Option('--config <file>', 'configuration file').env('VDB_CONFIG'))
    .addOption(new Option('--host <name>', 'one host of the configuration').env('VDB_HOST'))
    .addOption(new Option('--lab <name>', 'use the configuration of this lab host').env('VDB_LAB'))
    .option('--json', 'NDJSON events on stdout, the last one the result')
    .option('--yes', 'answer every question with yes')
    .option('--verbose', 'show each command that changes the host')
    .option('--quiet', 'results only, no progress')
    .option('--color', 'colour even where no terminal is seen')
    .option('--no-color', 'no colour')
    .showHelpAfterError('(run with --help for what is possible)')
    .configureOutput({
      writeOut: (text) => streams.stdout.write(text),
      writeErr: (text) => streams.stderr.write(text),
    })
    .exitOverride();
  addCommands(program, run);
  addHelp(program, streams);
  return program;
}

function addCommands(program: Command, run: Run): void {
  const groups = new Map<string, Command>();
  for (const [name, summary] of Object.entries(GROUPS)) {
    groups.set(name, program.command(name).description(summary).exitOverride());
  }
  for (const spec of COMMANDS) {
    const words = spec.name.split(' ');
    const parent = words.length === 1 ? program : (groups.get(words[0] as string) as Command);
    const command = parent
      .command([words.at(-1), spec.args].filter(Boolean).join(' '), { isDefault: spec.isDefault === true })
      .description(spec.summary)
      .exitOverride();
    for (const [flags, description] of spec.options ?? []) command.option(flags, description);
    if (spec.args?.endsWith('[command...]')) command.allowUnknownOption();
    command.addHelpText('after', `\nExamples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}`);
    command.action(async (...received: unknown[]) => {
      const own = received.at(-1) as Command;
      await run(spec, own, own.args);
    });
  }
}

function addHelp(program: Command, streams: Streams): void {
  program.helpCommand(false);
  program
    .command('help [topic...]')
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
  const all = command.optsWithGlobals<Raw>();
  const global = globalOptions(all);
  const terminal = terminalOf(streams, { quiet: global.quiet, json: global.json, color: all.color });
  const emit: CommandContext['emit'] = (event) => {
    if (global.json) streams.stdout.write(`${JSON.stringify({ schema: 'vdb.event/1', ...event })}\n`);
  };
  const context: CommandContext = {
    global,
    options: command.opts(),
    args,
    argv,
    terminal,
    env: streams.env,
    cwd: streams.cwd,
    emit,
  };
  try {
    const handler = (await spec.load()) as Handler;
    return await handler(context);
  } catch (error) {
    const { reportError } = await import('../ui/error.js');
    return reportError(asVdbError(error), context);
  }
}

function globalOptions(raw: Raw): GlobalOptions {
  const { host, config, lab, json = false, yes = false, verbose = false, quiet = false } = raw;
  return {
    ...(host === undefined ? {} : { host }),
    ...(config === undefined ? {} : { config }),
    ...(lab === undefined ? {} : { lab }),
    json,
    yes,
    verbose,
    quiet,
  };
}

/** What is not a `VdbError` is a bug of ours, and is reported with its stack. */
function asVdbError(error: unknown): VdbError {
  if (error instanceof VdbError) return error;
  return new VdbError(`Unexpected error: ${messageOf(error)}`, {
    code: 'internal',
    exitCode: EXIT.failed,
    meaning: 'This is a bug in vdb.',
    ...(error instanceof Error && error.stack !== undefined ? { stderr: error.stack } : {}),
    cause: error,
  });
}

/** The version in package.json, read when it is asked for. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as {
        name: string;
        version: string;
      };
      if (manifest.name === 'vdb') return manifest.version;
    } catch {
      // dist/ is one level below the package, src/cli/ two.
    }
  }
  return '0.0.0';
}
