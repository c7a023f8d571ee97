import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a bash script with programs of our own, by name and bash source, before those of the machine. Throws unless it exits 0. */
export async function runWith(programs: Readonly<Record<string, string>>, script: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-programs-'));
  try {
    for (const [name, body] of Object.entries(programs)) {
      const path = join(directory, name);
      await writeFile(path, `#!/bin/bash\n${body}\n`);
      await chmod(path, 0o755);
    }
    const env = { ...process.env, PATH: `${directory}:${process.env.PATH}`, PROGRAMS: directory };
    return execFileSync('bash', ['-c', script], { encoding: 'utf8', env, stdio: 'pipe' });
  } finally {
    await rm(directory, { recursive: true });
  }
}
