import { relative } from 'node:path';
import { Redactor } from '../host/redact.js';
import type { Issue } from './issues.js';
import type { Layered } from './layers.js';
import { formatPath } from './path.js';
import { ConfigError, type ConfigProblem } from './problem.js';
import type { YamlSource } from './source.js';

/** What is needed to say where a problem is, and what must not be said. */
export interface ReportScope {
  source: YamlSource;
  layered: Layered;
  /**
   * Secrets, and whatever references stand for: a problem at a plain key may be a secret in the wrong place.
   */
  secrets: readonly string[];
  /** Files are named relative to it. */
  cwd: string;
}

/** Makes the error of a configuration: problems in the order of the file, each with its place, without secrets. */
export function problemReport({ source, layered, secrets, cwd }: ReportScope) {
  const name = displayName(cwd, source.file);
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);

  function place({ path, message, atKey }: Issue): ConfigProblem {
    const override = layered.overrideAt(path);
    const position = atKey ? source.positionOfKey(path) : source.positionOf(path);
    const from = override === undefined ? { source: name, ...position } : { source: override.source };
    return { ...from, path: formatPath(path), message: redactor.mask(message) };
  }

  return {
    syntax(): ConfigError {
      const problems = source.syntax.map(({ position, message }) => ({
        source: name,
        ...position,
        path: '',
        message,
      }));
      return new ConfigError(source.file, problems);
    },
    issues(issues: readonly Issue[]): ConfigError {
      return new ConfigError(source.file, issues.map(place).sort(inOrder));
    },
  };
}

function displayName(cwd: string, file: string): string {
  const near = relative(cwd, file);
  return near.startsWith('..') ? file : near;
}

function inOrder(a: ConfigProblem, b: ConfigProblem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
