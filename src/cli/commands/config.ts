import type { LoadedConfig } from '../../config/load.js';
import { ConfigError } from '../../config/problem.js';
import { EXIT } from '../../errors.js';
import type { CommandContext, Handler } from '../context.js';

/** `vdb config validate`: loads the configuration and says what is wrong with it, all at once. */
export const validate: Handler = async (context) => {
  const { config, file } = await load(context).catch((error: unknown) => {
    if (error instanceof ConfigError) emitProblems(context, error);
    throw error;
  });
  const { acceptChecks } = await import('../check/round.js');
  acceptChecks({ config, file });
  const counts = { hosts: config.hosts.length, collections: Object.keys(config.collections).length };
  if (context.global.json)
    context.emit({ type: 'result', status: 'valid', file, ...counts, exit_code: EXIT.ok });
  else
    context.terminal.out(
      `${file} is valid: ${amount(counts.hosts, 'host')}, ${amount(counts.collections, 'collection')}.`,
    );
  return EXIT.ok;
};

/** `vdb config show [--origins]`: the effective configuration, secrets masked. */
export const show: Handler<{ origins?: boolean }> = async (context) => {
  const { maskedConfig, renderConfig } = await import('../../config/show.js');
  const loaded = await load(context);
  if (context.global.json) {
    const origins = context.options.origins ? { origins: Object.fromEntries(loaded.origins) } : {};
    context.emit({
      type: 'result',
      file: loaded.file,
      config: maskedConfig(loaded),
      ...origins,
      exit_code: EXIT.ok,
    });
  } else {
    context.terminal.out(renderConfig(loaded, { origins: context.options.origins ?? false }));
  }
  return EXIT.ok;
};

/** `vdb config schema`: the JSON Schema of the configuration file, for editors. */
export const schema: Handler = async ({ global, terminal, emit }) => {
  const { configJsonSchema } = await import('../../config/json-schema.js');
  if (global.json) emit({ type: 'result', json_schema: configJsonSchema(), exit_code: EXIT.ok });
  else terminal.out(JSON.stringify(configJsonSchema(), null, 2));
  return EXIT.ok;
};

async function load({ global, env, cwd }: CommandContext<unknown>): Promise<LoadedConfig> {
  const { loadConfig } = await import('../../config/load.js');
  return loadConfig({
    cwd,
    env,
    ...(global.config === undefined ? {} : { config: global.config }),
    ...(global.lab === undefined ? {} : { lab: global.lab }),
  });
}

function emitProblems(context: CommandContext<unknown>, error: ConfigError): void {
  for (const problem of error.problems) context.emit({ type: 'config.problem', ...problem });
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
