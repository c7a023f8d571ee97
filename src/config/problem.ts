import { EXIT, VdbError } from '../errors.js';

/** One thing that is wrong with a configuration. Never holds the value of a secret. */
export interface ConfigProblem {
  /** The file, or the environment variable or flag the value came from. */
  source: string;
  /** Line and column in the file, from 1; missing for values that are not from the file. */
  line?: number;
  column?: number;
  /** Path in the configuration, such as `hosts[0].address`. */
  path: string;
  /** What was expected, and what was found. */
  message: string;
}

/** A configuration that cannot be used, with everything that is wrong with it. */
export class ConfigError extends VdbError {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    super([`The configuration ${file} has ${count}:`, ...problems.map(formatProblem)].join('\n'), {
      code: 'config.invalid',
      exitCode: EXIT.usage,
      next: 'Correct the lines above; vdb config schema prints every key with its meaning.',
    });
    this.problems = problems;
  }
}

/** One line: `vdb.yaml:12:5 qdrant.log_level: must be …; found "info"`. */
export function formatProblem(problem: ConfigProblem): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  const path = problem.path === '' ? '' : ` ${problem.path}`;
  return `  ${problem.source}${position}${path}: ${problem.message}`;
}
