import { dirname } from 'node:path';
import { environmentOverrides } from './environment.js';
import { isSecretPath } from './keys.js';
import { applyOverrides, flagOverrides, type Origin, originsOf } from './layers.js';
import { withLocalPaths } from './local-paths.js';
import { type LocateRequest, locateConfig } from './locate.js';
import { formatPath, leaves } from './path.js';
import { problemReport } from './report.js';
import { type Resolved, resolveReferences } from './resolve.js';
import type { Config } from './schema.js';
import { readSource } from './source.js';
import { urlSecrets } from './url-credentials.js';
import { validate } from './validate.js';

/** Which configuration to load, and what overrides it. */
export interface LoadRequest extends LocateRequest {
  /** Values given by flags, nested as in the file; they win over everything. */
  overrides?: Record<string, unknown>;
}

/** A configuration that is ready to use. */
export interface LoadedConfig {
  config: Config;
  /** The file, absolute. */
  file: string;
  /**
   * For the redactor: the values at the secret keys of the schema, wherever they come from, and passwords inside
   * addresses. What a reference stands for at any other key is plain configuration.
   */
  secrets: string[];
  /** Where each value came from, by its path (`qdrant.slots.blue.http`, `hosts[0].address`). */
  origins: Map<string, Origin>;
}

/**
 * Loads and checks the configuration: flags over environment (`VDB__SECTION__KEY`) over file over defaults.
 * Throws `ConfigError` with every problem at once, or `config.missing` when there is no file.
 */
export async function loadConfig(request: LoadRequest): Promise<LoadedConfig> {
  const file = locateConfig(request);
  const source = await readSource(file);
  const layered = applyOverrides(source.data, [
    ...environmentOverrides(request.env),
    ...flagOverrides(request.overrides ?? {}),
  ]);
  const scope = { env: request.env, directory: dirname(file) };
  const resolved = await resolveReferences(
    layered.data,
    scope,
    (path) => layered.overrideAt(path) === undefined,
  );
  const secrets = secretsOf(resolved);
  const unsaid = [...secrets, ...resolved.values.map(({ value }) => value)];
  const report = problemReport({ source, layered, secrets: unsaid, cwd: request.cwd });

  if (source.syntax.length > 0) throw report.syntax();
  const failed = new Set(resolved.failures.map(({ path }) => formatPath(path)));
  const { config, issues } = validate(resolved.data, layered.data);
  const remaining = issues.filter(({ path }) => !failed.has(formatPath(path)));
  if (config === undefined || failed.size > 0) throw report.issues([...resolved.failures, ...remaining]);

  const effective = withLocalPaths(config, scope.directory);
  return { config: effective, file, secrets, origins: originsOf(effective, source.data, layered) };
}

function secretsOf({ data, values }: Resolved): string[] {
  const referred = values.filter(({ path }) => isSecretPath(path)).map(({ value }) => value);
  const written = [...leaves(data)].flatMap(({ path, value }) => {
    if (typeof value !== 'string' && typeof value !== 'number') return [];
    return isSecretPath(path) ? [String(value)] : urlSecrets(String(value));
  });
  return [...new Set([...referred, ...written])];
}
