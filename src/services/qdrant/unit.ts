import type { Config } from '../../config/schema.js';
import { SLOTS, slotStorage } from '../../config/slots.js';
import { parseSize } from '../../config/units.js';
import { template } from '../../templates.js';

/** The share of the host's memory above which a limit would protect nothing. */
const LIMIT_SHARE = 0.9;

/**
 * The content of `qdrant@.service`, hardened to what the server needs. `memory` is the host's in bytes: the
 * planned memory becomes a limit only on a host that has it.
 */
export function renderQdrantUnit(config: Config, memory = Number.POSITIVE_INFINITY): string {
  const { qdrant, paths } = config;
  return template('qdrant/qdrant@.service', {
    root: paths.root,
    writable: writablePaths(config),
    mounts: [...new Set([paths.storage, ...writablePaths(config)])].filter((path) => !path.includes('%')),
    nofile: qdrant.nofile,
    memoryMax: qdrantMemoryLimit(config, memory),
    native: qdrant.artifact.from !== 'emulator',
  });
}

/** The bytes of memory that an instance may use at most; null: as many as the host, which has so many, has. */
export function qdrantMemoryLimit({ qdrant }: Pick<Config, 'qdrant'>, memory: number): number | null {
  const planned = parseSize(qdrant.memory) ?? 0;
  return planned <= memory * LIMIT_SHARE ? planned : null;
}

/** Each instance writes to its own slot alone, unless the slots' directories have nothing in common. */
function writablePaths(config: Config): string[] {
  const paths = SLOTS.map((slot) => ({ slot, path: slotStorage(config, slot) }));
  const patterns = new Set(
    paths.map(({ slot, path }) => (path.endsWith(`/${slot}`) ? `${path.slice(0, -slot.length)}%i` : path)),
  );
  return patterns.size === 1 ? [...patterns] : paths.map(({ path }) => path);
}
