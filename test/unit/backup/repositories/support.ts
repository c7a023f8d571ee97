import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BackupManifest } from '../../../../src/backup/manifest.js';
import { setIdOf } from '../../../../src/backup/set.js';

export const CREATED = '2026-11-24T02:00:00Z';
export const ID = setIdOf(new Date(CREATED));

export function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** The manifest of a set with these contents by path. */
export function manifestOf(contents: Record<string, string>, created = CREATED): BackupManifest {
  return {
    schema: 'vdb.backup/1',
    id: setIdOf(new Date(created)),
    created,
    finished: created,
    parts: Object.entries(contents).map(([path, content]) => ({
      path,
      kind: 'postgres',
      bytes: Buffer.byteLength(content),
      sha256: sha256(content),
    })),
  };
}

/** Writes a whole set below `directory`. */
export async function writeSet(
  directory: string,
  contents: Record<string, string>,
  created = CREATED,
): Promise<BackupManifest> {
  const manifest = manifestOf(contents, created);
  for (const [path, content] of Object.entries(contents)) {
    const file = join(directory, manifest.id, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  await writeFile(join(directory, manifest.id, 'manifest.json'), JSON.stringify(manifest));
  return manifest;
}
