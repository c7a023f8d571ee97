import { readdir, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { EXIT, messageOf, VdbError } from '../errors.js';
import { replaceFile } from '../files.js';
import type { BenchResult } from './result.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Where a baseline of that name lies: beside the configuration, one directory for each host. Throws `usage`. */
export function baselineFile(configuration: string, host: string, name: string): string {
  if (!NAME.test(name) || name.endsWith('.json'))
    throw new VdbError(`"${name}" is no name for a baseline`, {
      ...{ code: 'usage', exitCode: EXIT.usage },
      next: 'It takes letters, digits, dots, _ and -.',
    });
  return join(dirname(configuration), '.vdb', 'bench', host, `${name}.json`);
}

/** The earlier result that `--compare` names: a file where it is written as one, else a saved baseline. Throws `bench.baseline`. */
export async function readBaseline(
  which: string,
  { configuration, host, cwd }: { configuration: string; host: string; cwd: string },
): Promise<BenchResult> {
  const isFile = which.includes('/') || which.endsWith('.json');
  const file = isFile
    ? isAbsolute(which)
      ? which
      : join(cwd, which)
    : baselineFile(configuration, host, which);
  const unusableAs = async (why: string): Promise<VdbError> =>
    unusable(which, why, isFile ? [] : await savedBaselines(dirname(file)));
  const text = await readFile(file, 'utf8').catch(async (error: NodeJS.ErrnoException) => {
    throw await unusableAs(error.code === 'ENOENT' ? `there is no ${file}` : messageOf(error));
  });
  const result = parsed(text);
  if (result === undefined) throw await unusableAs(`${file} is no result of vdb bench`);
  return result;
}

async function savedBaselines(directory: string): Promise<string[]> {
  const files = await readdir(directory).catch(() => []);
  return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
}

export async function saveBaseline(file: string, result: BenchResult): Promise<void> {
  await replaceFile(file, `${JSON.stringify(result, null, 2)}\n`);
}

function parsed(text: string): BenchResult | undefined {
  try {
    const data = JSON.parse(text) as Partial<BenchResult> | null;
    return data?.schema === 'vdb.bench/1' ? (data as BenchResult) : undefined;
  } catch {
    return undefined;
  }
}

function unusable(which: string, why: string, saved: readonly string[]): VdbError {
  return new VdbError(`The baseline ${which} cannot be read: ${why}`, {
    code: 'bench.baseline',
    exitCode: EXIT.usage,
    next:
      saved.length === 0
        ? 'Save one: vdb bench --save NAME'
        : `Saved for this host: ${saved.toSorted().join(', ')}`,
  });
}
