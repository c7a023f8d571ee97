import { dirname, join, resolve } from 'node:path';
import { ignoreFile } from '../../config/gitignore.js';
import { formatPath } from '../../config/path.js';
import { ConfigError } from '../../config/problem.js';
import { type RenderOptions, renderConfigFile } from '../../config/render.js';
import { writeSecrets } from '../../config/secrets.js';
import { parseSource } from '../../config/source.js';
import { validate } from '../../config/validate.js';
import { EXIT, VdbError } from '../../errors.js';
import { existsFile, replaceFile } from '../../files.js';
import type { CommandContext, Handler } from '../context.js';
import { askHost, type HostAnswers } from './init-questions.js';

/** Options of `vdb init`, as the command line gives them. */
export interface InitOptions {
  address?: string;
  user?: string;
  port?: string;
  name?: string;
  identity?: string;
  /** `--accept-new-host-key`: an unknown host key is recorded at the first connection. */
  acceptNewHostKey?: boolean;
  qdrantVersion?: string;
  pythonIndex?: string;
  force?: boolean;
}

const SECRETS_NAME = 'vdb.secrets.yaml';

/** `vdb init`: writes a configuration that provisions as it is, and its secrets beside it. */
export const init: Handler<InitOptions> = async (context) => {
  const file = resolve(context.cwd, context.global.config ?? 'vdb.yaml');
  if (!context.options.force && (await existsFile(file))) throw wouldOverwrite(file);

  const answers = await askHost(context.options, context.terminal.interactive);
  const text = checked(file, renderConfigFile(renderOptions(context, answers)));
  const secretsFile = join(dirname(file), SECRETS_NAME);
  const secrets = await writeSecrets(secretsFile);
  const ignored = await ignoreFile(secretsFile);
  await replaceFile(file, text);

  report(context, { file, secretsFile, secrets, ignored });
  return EXIT.ok;
};

function wouldOverwrite(file: string): VdbError {
  return new VdbError(`There is a configuration at ${file} already.`, {
    code: 'config.exists',
    exitCode: EXIT.usage,
    next: 'Edit it, or replace it with vdb init --force. Secrets are kept either way.',
  });
}

function renderOptions({ cwd, options }: CommandContext<InitOptions>, answers: HostAnswers): RenderOptions {
  const identity = options.identity;
  return {
    ...answers,
    secretsFile: SECRETS_NAME,
    ...(identity === undefined
      ? {}
      : { identity_file: identity.startsWith('~') ? identity : resolve(cwd, identity) }),
    ...(options.acceptNewHostKey ? { host_key: 'accept-new' } : {}),
    overrides: {
      ...(options.qdrantVersion === undefined ? {} : { qdrant: { version: options.qdrantVersion } }),
      ...(options.pythonIndex === undefined ? {} : { python: { index_url: options.pythonIndex } }),
    },
  };
}

/** Refuses what the flags would make invalid, before anything is written. */
function checked(file: string, text: string): string {
  const { issues } = validate(parseSource(file, text).data);
  if (issues.length === 0) return text;
  throw new ConfigError(
    file,
    issues.map(({ path, message }) => ({ source: 'command line', path: formatPath(path), message })),
  );
}

interface Written {
  file: string;
  secretsFile: string;
  secrets: 'written' | 'kept';
  /** The .gitignore that the secrets file was added to, if any. */
  ignored: string | undefined;
}

function report({ global, terminal, emit }: CommandContext<InitOptions>, written: Written): void {
  if (global.json) {
    emit({
      type: 'result',
      status: 'done',
      file: written.file,
      secrets_file: written.secretsFile,
      secrets: written.secrets,
      ignored_in: written.ignored ?? null,
      exit_code: EXIT.ok,
    });
    return;
  }
  const lines = [
    `wrote ${written.file}`,
    written.secrets === 'written'
      ? `wrote ${written.secretsFile}`
      : `kept ${written.secretsFile}, which was there already`,
    ...(written.ignored === undefined ? [] : [`added ${SECRETS_NAME} to ${written.ignored}`]),
  ];
  terminal.out(lines.join('\n'));
  terminal.err('Next: vdb config validate, then vdb provision --plan.');
}
