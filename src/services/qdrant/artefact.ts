import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../../config/schema.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Facts } from '../../host/facts.js';
import { PACKAGE } from '../../package.js';
import type { ReleaseSource } from '../../resources/release.js';

const EMULATOR = `${PACKAGE}dist/emulator.mjs`;

/** The name of the release that a configuration wants, below `releases`. Pure. */
export function qdrantRelease({ qdrant }: Pick<Config, 'qdrant'>): string {
  return `${qdrant.version}${qdrant.artifact.from === 'emulator' ? '-emulator' : ''}`;
}
/** Where that release comes from, for a machine of this kind. Throws `config.artifact` where the file cannot be read. */
export function qdrantSource({ qdrant }: Pick<Config, 'qdrant'>, facts: Pick<Facts, 'arch'>): ReleaseSource {
  const { artifact, version } = qdrant;
  if (artifact.from === 'release') {
    const target = facts.arch === 'aarch64' ? 'aarch64-unknown-linux-musl' : 'x86_64-unknown-linux-gnu';
    const url = artifact.url.replaceAll('{version}', version).replaceAll('{target}', target);
    return { from: 'release', url, sha256: artifact.sha256 };
  }
  const path = artifact.path ?? EMULATOR;
  const pinned = artifact.from === 'file' ? artifact.sha256 : undefined;
  return { from: 'file', path, sha256: pinned ?? sha256Of(path) };
}

/** Costs 0.2 s for a real binary, which a hash in the configuration saves. */
function sha256Of(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch (cause) {
    throw new VdbError(`qdrant.artifact.path cannot be read: ${path}`, {
      code: 'config.artifact',
      exitCode: EXIT.usage,
      meaning: `The program that is to be installed is not on this machine (${messageOf(cause)}).`,
      next: 'Correct qdrant.artifact.path, or take the official release: qdrant.artifact.from: release.',
      cause,
    });
  }
}
