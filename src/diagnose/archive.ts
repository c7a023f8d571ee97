import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { EXIT, messageOf, VdbError } from '../errors.js';
import { replaceFile } from '../files.js';

const PRIVATE = 0o600;

/**
 * Writes `files` as one compressed archive, in a directory `name`, readable by its owner alone. It appears whole or
 * not at all. Gives its size in bytes. Throws `diagnose.archive` when there is no tar, or no place for it.
 */
export async function writeArchive(
  archive: string,
  name: string,
  files: ReadonlyMap<string, string>,
): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-diagnose-'));
  try {
    for (const [file, text] of files) {
      const path = join(directory, name, file);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, text, { mode: PRIVATE });
    }
    const { stdout } = await execa('tar', ['-C', directory, '-czf', '-', name], { encoding: 'buffer' });
    await replaceFile(archive, stdout, PRIVATE);
    return stdout.byteLength;
  } catch (error) {
    throw new VdbError(`The bundle could not be written to ${archive}: ${messageOf(error)}`, {
      code: 'diagnose.archive',
      exitCode: EXIT.failed,
      meaning: 'What the host said was collected, but is lost.',
      next: 'Give --output a file in a directory that can be written to; tar has to be on the PATH.',
      cause: error,
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
