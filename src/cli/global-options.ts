import { type Command, Option } from 'commander';
import type { GlobalOptions } from './context.js';

/** The options of every command as commander has read them. */
export type RawGlobalOptions = Partial<GlobalOptions> & { color?: boolean };

const OPTIONS: readonly (readonly [flags: string, description: string, variable?: string])[] = [
  ['--config <file>', 'configuration file', 'VDB_CONFIG'],
  ['--host <name>', 'one host of the configuration', 'VDB_HOST'],
  ['--lab <name>', 'use the configuration of this lab host', 'VDB_LAB'],
  ['--json', 'NDJSON events on stdout, the last one the result'],
  ['--yes', 'answer every question with yes'],
  ['--verbose', 'show each command that changes the host'],
  ['--quiet', 'results only, no progress'],
  ['--color', 'colour even where no terminal is seen'],
  ['--no-color', 'no colour'],
];

/**
 * Declares the options that stand before or after the name of a command. Each command has them, because options
 * are read by position: so those of a command for a lab host stay its own. The program alone looks into the
 * environment: what was typed anywhere wins.
 */
export function addGlobalOptions(command: Command): Command {
  for (const [flags, description, variable] of OPTIONS) {
    const option = new Option(flags, description).helpGroup('Global options:');
    if (variable !== undefined && command.parent === null) option.env(variable);
    command.addOption(option);
  }
  return command;
}

/** The global options as given: nearer to the end of the command line wins. */
export function rawGlobalOptions(command: Command): RawGlobalOptions {
  const outer = command.parent === null ? {} : rawGlobalOptions(command.parent);
  return { ...outer, ...command.opts<RawGlobalOptions>() };
}

/** The global options with their defaults. */
export function globalOptions(raw: RawGlobalOptions): GlobalOptions {
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

/** The global options that a command needs too that is shown to be copied: `--lab one`. */
export function globalFlags({ lab, config, host }: GlobalOptions): string[] {
  return Object.entries({ lab, config, host }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
}
