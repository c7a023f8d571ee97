import type { ExitCode } from '../errors.js';
import type { Redactor } from '../host/redact.js';

/** Options that every command has. Flags win over environment over file over defaults. */
export interface GlobalOptions {
  /** `--host NAME`: one host of the configuration. */
  host?: string;
  /** `--config FILE`. Default `vdb.yaml` in the working directory. */
  config?: string;
  /** `--lab NAME`: the configuration of that lab host, `.vdb/lab/NAME/vdb.yaml`. */
  lab?: string;
  json: boolean;
  yes: boolean;
  verbose: boolean;
  quiet: boolean;
}

/** The terminal as one command sees it: each stream judged by itself. */
export interface Terminal {
  /** Results. Ends with a newline of its own when the text has none. */
  out(text: string): void;
  /** Progress and remarks. Silent with `--quiet`. */
  err(text: string): void;
  /** Errors: on stderr, whatever `--quiet` says. */
  alert(text: string): void;
  outIsTty: boolean;
  errIsTty: boolean;
  /** Whether a prompt can be answered: stdin and stderr are terminals and `--json` is off. */
  interactive: boolean;
  /** Colour decided once: flag, NO_COLOR, FORCE_COLOR, TERM=dumb, terminal. */
  color: { out: boolean; err: boolean };
  columns: number;
}

/** What a command's handler gets. Handlers return their exit code and throw `VdbError`. */
export interface CommandContext<Options = unknown> {
  global: GlobalOptions;
  options: Options;
  args: string[];
  /** Everything that was typed after `vdb`. */
  argv: readonly string[];
  terminal: Terminal;
  /** Knows the secrets once the configuration is loaded; everything written is masked by it. */
  redactor: Redactor;
  env: NodeJS.ProcessEnv;
  cwd: string;
  /** Emits one NDJSON event when `--json` is on; does nothing otherwise. */
  emit(event: { type: string } & Record<string, unknown>): void;
}

/** Each file in `commands/` exports one or more of these; the program loads the file only when it runs. */
export type Handler<Options = unknown> = (context: CommandContext<Options>) => Promise<ExitCode>;
