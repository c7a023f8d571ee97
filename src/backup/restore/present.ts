import { dirname } from 'node:path';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { argumentsText, sh, TAKE_ARGUMENTS } from '../../host/shell.js';
import { CURL, resultOnHost, urlOnHost } from '../../services/qdrant/on-host.js';
import { isGenuine, plainVersion, type QdrantRoot } from '../../services/qdrant/root.js';
import { exactCount } from './collections.js';
import type { QdrantPlace } from './recover.js';

/** The Qdrant that a set is restored into, with its directories on the host. */
export interface RestorePlace extends QdrantPlace {
  /** Its `storage.storage_path`. */
  storage: string;
}

/** What Qdrant has before a restore. */
export interface PresentQdrant {
  version: string;
  genuine: boolean;
  /** Peers of its cluster; 1 for a standalone server. */
  peers: number;
  collections: readonly string[];
  /** Alias to collection. */
  aliases: Readonly<Record<string, string>>;
}

/** One collection that is there. */
export interface PresentCollection {
  points: number;
  /** On the disk; 0 where that cannot be seen. */
  bytes: number;
}

/** Looks at Qdrant. Throws `qdrant.request-failed` when it does not answer. */
export async function lookAtQdrant(host: Host, qdrant: QdrantPlace): Promise<PresentQdrant> {
  const [root, cluster, collections, aliases] = await Promise.all([
    rootOf(host, qdrant),
    resultOnHost<RawCluster>(host, qdrant, { path: '/cluster' }),
    resultOnHost<{ collections: { name: string }[] }>(host, qdrant, { path: '/collections' }),
    resultOnHost<{ aliases: RawAlias[] }>(host, qdrant, { path: '/aliases' }),
  ]);
  if (collections === null || aliases === null) throw unreadable(host, 'its collections');
  return {
    version: plainVersion(root),
    genuine: isGenuine(root),
    peers: Math.max(1, Object.keys(cluster?.peers ?? {}).length),
    collections: collections.collections.map(({ name }) => name),
    aliases: Object.fromEntries(
      aliases.aliases.map(({ alias_name, collection_name }) => [alias_name, collection_name]),
    ),
  };
}

interface RawCluster {
  peers?: Record<string, unknown>;
}

interface RawAlias {
  alias_name: string;
  collection_name: string;
}

/** It answers to everybody, and has no `result`. */
async function rootOf(host: Host, qdrant: QdrantPlace): Promise<QdrantRoot> {
  const { stdout, exitCode, stderr } = await host.read(
    sh`${CURL} --fail --max-time 15 ${urlOnHost(qdrant, '/')}`,
  );
  if (exitCode !== 0) throw unreadable(host, `its version: ${stderr.trim()}`);
  const { title, version } = JSON.parse(stdout) as Partial<QdrantRoot>;
  if (typeof title !== 'string' || typeof version !== 'string') throw unreadable(host, 'its version');
  return { title, version };
}

/** Exact counts and sizes of collections that are there. */
export async function lookAtCollections(
  host: Host,
  qdrant: RestorePlace,
  names: readonly string[],
): Promise<Record<string, PresentCollection>> {
  if (names.length === 0) return {};
  const [counts, sizes] = await Promise.all([
    Promise.all(names.map((name) => exactCount(host, qdrant, name))),
    sizesOf(host, qdrant, names),
  ]);
  return Object.fromEntries(
    names.map((name, index) => [name, { points: counts[index] ?? 0, bytes: sizes[index] ?? 0 }]),
  );
}

/** Qdrant names the directory of a collection by the collection. */
async function sizesOf(
  host: Host,
  { storage }: RestorePlace,
  names: readonly string[],
): Promise<(number | undefined)[]> {
  const script = sh`
    cd ${`${storage}/collections`} || exit 1
    ${TAKE_ARGUMENTS}
    for name; do du -s -B1 -- "./$name" 2>/dev/null | cut -f 1 | grep . || echo 0; done`;
  const { stdout } = await host.read(script, { stdin: argumentsText(names) });
  return stdout.trimEnd().split('\n').map(Number);
}

/** Room on the host for a restore, in bytes that may still be written. */
export interface Room {
  /** Where Qdrant keeps its collections. */
  storage: number;
  /** Where PostgreSQL keeps its databases; null where there is none. */
  postgres: number | null;
  /** Whether a file of the set can be linked to where Qdrant reads snapshots, and need not be copied. */
  linkable: boolean;
  /** Whether PostgreSQL and Qdrant share a file system. */
  shared: boolean;
}

const POSTGRES_DATA = '/var/lib/postgresql';

/** Throws `restore.room-unseen` when the file systems cannot be asked. */
export async function lookAtRoom(
  host: Host,
  { snapshots, storage }: RestorePlace,
  set: string,
): Promise<Room> {
  const { stdout, stderr, exitCode } = await host.read(sh`
    set -eu
    free() { df -B1 --output=avail -- "$1" | tail -n 1; }
    device() { stat -c %d -- "$1"; }
    pg=${POSTGRES_DATA}
    [ -d "$pg" ] || pg=
    snapshots=${snapshots}
    [ -d "$snapshots" ] || snapshots=${dirname(snapshots)}
    echo "$(free ${storage}) $(device ${storage}) $(device "$snapshots") $(device ${set})" "\${pg:+$(free "$pg") $(device "$pg")}"`);
  const [avail, device, snapshotsDevice, setDevice, pgAvail, pgDevice] = stdout.trim().split(/\s+/);
  if (exitCode !== 0 || !/^\d+$/.test(avail ?? '')) {
    throw new VdbError(`The room on ${host.target} could not be seen: ${stderr.trim()}`, {
      code: 'restore.room-unseen',
      exitCode: EXIT.failed,
      host: host.target,
      meaning: 'Nothing was changed.',
    });
  }
  return {
    storage: Number(avail),
    postgres: pgAvail === undefined ? null : Number(pgAvail),
    linkable: snapshotsDevice === setDevice,
    shared: pgDevice === device,
  };
}

function unreadable(host: Host, what: string): VdbError {
  return new VdbError(`Qdrant does not say ${what}`, {
    code: 'qdrant.request-failed',
    exitCode: EXIT.failed,
    host: host.target,
    next: 'vdb check qdrant',
  });
}
