import type { Command, Option } from 'commander';
import { buildProgram, runProgram } from '../../../src/cli/program.js';
import { COMMANDS, type CommandSpec, GROUPS } from '../../../src/cli/spec.js';
import { testStreams } from '../../support/streams.js';
import { cell, prose } from './markdown.js';

/** `docs/commands.md`: every command as `--help` has it. */
export async function commandsPage(): Promise<string> {
  const program = buildProgram(testStreams().streams, async () => {});
  const groups = [...new Set(COMMANDS.map(({ name }) => firstWord(name)))];
  return [
    INTRODUCTION,
    '## Options of every command',
    '',
    ...table(program.options.filter(isGlobal)),
    '',
    'They stand before or after the name of the command; what is nearer to the end wins, and what was typed wins over a variable.',
    '',
    '## Exit codes',
    '',
    '| code | |',
    '|---|---|',
    ...(await exitCodes()).map(([code, meaning]) => `| ${code} | ${meaning} |`),
    ...groups.flatMap((group) => [
      '',
      ...section(
        program,
        group,
        COMMANDS.filter(({ name }) => firstWord(name) === group),
      ),
    ]),
    '',
  ].join('\n');
}

function firstWord(name: string): string {
  return name.split(' ', 1)[0] ?? name;
}

function section(program: Command, group: string, commands: readonly CommandSpec[]): string[] {
  const summary = GROUPS[group];
  return [
    `## ${group}`,
    ...(summary === undefined ? [] : ['', `${sentence(summary)}`]),
    ...commands.flatMap((spec) => ['', ...entry(spec, find(program, spec.name))]),
  ];
}

function entry({ name, args, summary, isDefault, examples }: CommandSpec, command: Command): string[] {
  const own = command.options.filter((option) => !isGlobal(option));
  return [
    `### vdb ${name}`,
    '',
    sentence(summary),
    ...(isDefault === true
      ? ['', `\`vdb ${name.split(' ').slice(0, -1).join(' ')}\` alone is the same.`]
      : []),
    '',
    '```text',
    ['vdb', name, own.length === 0 ? '' : '[options]', args].filter(Boolean).join(' '),
    '```',
    ...(own.length === 0 ? [] : ['', ...table(own)]),
    '',
    '```console',
    ...examples.map((line) => `$ ${line}`),
    '```',
  ];
}

function find(program: Command, name: string): Command {
  const found = name
    .split(' ')
    .reduce<Command | undefined>(
      (command, word) => command?.commands.find((child) => child.name() === word),
      program,
    );
  if (found === undefined) throw new Error(`there is no command ${name}`);
  return found;
}

function isGlobal({ helpGroupHeading }: Option): boolean {
  return helpGroupHeading === 'Global options:';
}

function table(options: readonly Option[]): string[] {
  const withVariable = options.some(({ envVar }) => envVar !== undefined);
  const head = withVariable ? ['| option | variable | |', '|---|---|---|'] : ['| option | |', '|---|---|'];
  return [
    ...head,
    ...options.map(({ flags, envVar, description }) => {
      const variable = envVar === undefined ? '' : `\`${envVar}\``;
      const cells = [`\`${flags}\``, ...(withVariable ? [variable] : []), cell(description)];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

async function exitCodes(): Promise<[code: string, meaning: string][]> {
  const { streams, written } = testStreams();
  await runProgram(['help', 'exit-codes'], streams);
  return [...written.out.matchAll(/^ {2}(\d+) +(.+)$/gm)].map(([, code = '', meaning = '']) => [
    code,
    meaning,
  ]);
}

function sentence(summary: string): string {
  const text = prose(summary);
  const end = /[.?!]$/.test(text) ? '' : '.';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

const INTRODUCTION = `# The commands

This page is made from the commands themselves; \`vdb help\` and \`--help\` behind any command say the same in the terminal. How the
configuration that they read comes about is in [configuration.md](configuration.md).

Results go to stdout, progress to stderr. With \`--json\` stdout has one event a line, the last one of them the result with its
\`exit_code\`. Where a command would ask, it needs \`--yes\` when there is no terminal.
`;
