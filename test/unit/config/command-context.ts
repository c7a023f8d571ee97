import type { CommandContext, GlobalOptions } from '../../../src/cli/context.js';
import { Redactor } from '../../../src/host/redact.js';

/** A command context that records what a command says. */
export interface Recorded<Options> {
  context: CommandContext<Options>;
  out: string[];
  err: string[];
  events: Record<string, unknown>[];
}

/** A context in `cwd`, off a terminal unless it is `interactive`. */
export function recordedContext<Options>(
  cwd: string,
  options: Options,
  global: Partial<GlobalOptions> & { interactive?: boolean } = {},
): Recorded<Options> {
  const { interactive = false, ...rest } = global;
  const out: string[] = [];
  const err: string[] = [];
  const events: Record<string, unknown>[] = [];
  const context: CommandContext<Options> = {
    global: { json: false, yes: false, verbose: false, quiet: false, ...rest },
    options,
    args: [],
    argv: [],
    redactor: new Redactor(),
    terminal: {
      out: (text) => out.push(text),
      err: (text) => err.push(text),
      alert: (text) => err.push(text),
      outIsTty: interactive,
      errIsTty: interactive,
      interactive,
      color: { out: false, err: false },
      columns: 80,
    },
    env: { PATH: process.env.PATH },
    cwd,
    emit: (event) => events.push(event),
  };
  return { context, out, err, events };
}
