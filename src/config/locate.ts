import { join, resolve } from 'node:path';
import { EXIT, VdbError } from '../errors.js';

/** What decides which configuration is used. */
export interface LocateRequest {
  cwd: string;
  env: NodeJS.ProcessEnv;
  /** `--config FILE`. */
  config?: string;
  /** `--lab NAME`. */
  lab?: string;
}

/**
 * The file that is meant: `--config` or `--lab`, then `VDB_CONFIG`, `VDB_LAB`, then `vdb.yaml` in the working
 * directory. A flag that repeats its variable counts as the variable, because the command line fills it in.
 */
export function locateConfig({ cwd, env, config, lab }: LocateRequest): string {
  const isFlag = (value: string | undefined, variable: string) =>
    value !== undefined && value !== env[variable];
  const flags = { config: isFlag(config, 'VDB_CONFIG'), lab: isFlag(lab, 'VDB_LAB') };
  if (flags.config && flags.lab) {
    throw new VdbError('--config and --lab name two configurations.', {
      code: 'usage.conflict',
      exitCode: EXIT.usage,
      next: 'Give one of them.',
    });
  }
  if (flags.config && config !== undefined) return resolve(cwd, config);
  if (flags.lab && lab !== undefined) return labFile(cwd, lab);
  if (env.VDB_CONFIG) return resolve(cwd, env.VDB_CONFIG);
  if (env.VDB_LAB) return labFile(cwd, env.VDB_LAB);
  return join(cwd, 'vdb.yaml');
}

function labFile(cwd: string, name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) {
    throw new VdbError(`${JSON.stringify(name)} cannot be the name of a lab host.`, {
      code: 'usage.lab-name',
      exitCode: EXIT.usage,
      next: 'Use letters, digits, _ . and -; vdb lab status lists the lab hosts there are.',
    });
  }
  return join(cwd, '.vdb', 'lab', name, 'vdb.yaml');
}
