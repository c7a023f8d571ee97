import { dirname, relative } from 'node:path';
import { Redactor } from '../host/redact.js';
import { environmentOverrides } from './environment.js';
import type { Issue } from './issues.js';
import { isSecretPath } from './keys.js';
import { applyOverrides, flagOverrides, type Layered, type Origin, originsOf } from './layers.js';
import { withLocalPaths } from './local-paths.js';
import { type LocateRequest, locateConfig } from './locate.js';
import { type ConfigPath, formatPath, leaves } from './path.js';
import { ConfigError, type ConfigProblem } from './problem.js';
import { resolveReferences } from './resolve.js';
import type { Config } from './schema.js';
import { readSource, type YamlSource } from './source.js';
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
  /** Every secret in it, and every value that a reference resolved to: for the redactor. */
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
  const secrets = [...new Set([...resolved.secrets, ...secretValues(resolved.data)])];
  const place = placing(source, layered, displayName(request.cwd, file));

  if (source.syntax.length > 0) throw new ConfigError(file, source.syntax.map(place.syntax));
  const failed = new Set(resolved.failures.map(({ path }) => formatPath(path)));
  const { config, issues } = validate(resolved.data, layered.data);
  const problems = [
    ...resolved.failures.map((failure) => ({ ...failure, atKey: false })),
    ...issues.filter(({ path }) => !failed.has(formatPath(path))),
  ].map(place.issue);
  if (config === undefined || problems.length > 0)
    throw new ConfigError(file, redacted(inOrder(problems), secrets));

  const effective = withLocalPaths(config, scope.directory);
  return { config: effective, file, secrets, origins: originsOf(effective, source.data, layered) };
}

function secretValues(data: unknown): string[] {
  return [...leaves(data)].flatMap(({ path, value }) =>
    (typeof value === 'string' || typeof value === 'number') && isSecretPath(path) ? [String(value)] : [],
  );
}

function displayName(cwd: string, file: string): string {
  const near = relative(cwd, file);
  return near.startsWith('..') ? file : near;
}

function placing(source: YamlSource, layered: Layered, name: string) {
  const inFile = (path: ConfigPath, atKey: boolean) =>
    atKey ? source.positionOfKey(path) : source.positionOf(path);
  return {
    syntax: ({ position, message }: YamlSource['syntax'][number]): ConfigProblem => ({
      source: name,
      ...position,
      path: '',
      message,
    }),
    issue: ({ path, message, atKey }: Issue): ConfigProblem => {
      const override = layered.overrideAt(path);
      const from =
        override === undefined ? { source: name, ...inFile(path, atKey) } : { source: override.source };
      return { ...from, path: formatPath(path), message };
    },
  };
}

function inOrder(problems: ConfigProblem[]): ConfigProblem[] {
  return problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function redacted(problems: ConfigProblem[], secrets: readonly string[]): ConfigProblem[] {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return problems.map((problem) => ({ ...problem, message: redactor.mask(problem.message) }));
}
