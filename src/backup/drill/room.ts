import type { Config } from '../../config/schema.js';
import { formatSize } from '../../config/units.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import type { BackupPart } from '../manifest.js';
import { setDirectory } from '../set.js';

/** Bytes that may still be written. */
export interface DrillRoom {
  /** Where the scratch Qdrant is. */
  storage: number;
  /** Where PostgreSQL keeps its databases; null where there is none. */
  postgres: number | null;
  /** Whether a snapshot can be linked to where Qdrant reads it, and need not be copied. */
  linkable: boolean;
}

const MIB = 1024 ** 2;
/** Of Qdrant itself: its log of writes, and segments that are empty. */
const QDRANT_BYTES = 256 * MIB;
const POSTGRES_BYTES = 64 * MIB;
/** A dump is compressed. */
const DUMP_FACTOR = 4;

const POSTGRES_DATA = '/var/lib/postgresql';

/** Throws `drill.no-room` where the largest collection, or a database, would not fit. */
export async function assertRoom(
  host: Host,
  config: Config,
  id: string,
  parts: readonly BackupPart[],
): Promise<void> {
  const room = readRoom(await look(host, config, id));
  const missing = room === null ? ['the free space could not be seen'] : missingRoom(parts, room);
  if (missing.length === 0) return;
  throw new VdbError(`There is no room for a drill: ${missing.join('; ')}`, {
    code: 'drill.no-room',
    exitCode: EXIT.failed,
    host: host.target,
    meaning:
      'Collections are restored one after the other, so the largest one has to fit. Nothing was restored.',
    next: 'Make room, for example with vdb backup prune.',
  });
}

async function look(host: Host, config: Config, id: string): Promise<string> {
  const { stdout } = await host.read(sh`
    set -eu
    free() { df -B1 --output=avail -- "$1" | tail -n 1; }
    storage=${config.paths.storage}
    echo "storage $(free "$storage") $(stat -c %d -- "$storage") $(stat -c %d -- ${setDirectory(config, id)})"
    [ ! -d ${POSTGRES_DATA} ] || echo "postgres $(free ${POSTGRES_DATA})"`);
  return stdout;
}

/** Reads what the host said; null for what is unreadable. Pure. */
export function readRoom(stdout: string): DrillRoom | null {
  const [, storage, device, sets] = /^storage +(\d+) (\d+) (\d+)$/m.exec(stdout) ?? [];
  const [, postgres] = /^postgres +(\d+)$/m.exec(stdout) ?? [];
  if (storage === undefined) return null;
  return {
    storage: Number(storage),
    postgres: postgres === undefined ? null : Number(postgres),
    linkable: device === sets,
  };
}

/**
 * What does not fit, in words. A snapshot is unpacked beside the collection that it becomes, and lies there a third
 * time where it cannot be linked. Pure.
 */
export function missingRoom(parts: readonly BackupPart[], room: DrillRoom): string[] {
  const largest = (kind: string): number =>
    Math.max(0, ...parts.filter((part) => part.kind === kind).map(({ bytes }) => bytes));
  const qdrant = largest('collection') * (room.linkable ? 2 : 3) + QDRANT_BYTES;
  const postgres = largest('postgres') * DUMP_FACTOR + POSTGRES_BYTES;
  return [
    ...(qdrant <= room.storage ? [] : [needed('the data volume', room.storage, qdrant)]),
    ...(room.postgres === null || postgres <= room.postgres
      ? []
      : [needed('the volume of PostgreSQL', room.postgres, postgres)]),
  ];
}

function needed(where: string, free: number, bytes: number): string {
  return `${where} has ${formatSize(free)} free, and about ${formatSize(bytes)} are needed`;
}
