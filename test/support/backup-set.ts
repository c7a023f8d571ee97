import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectionDefinition } from '../../src/backup/definitions.js';
import { fingerprintOf, type PointRecord } from '../../src/backup/fingerprint.js';
import type { BackupPart } from '../../src/backup/manifest.js';
import type { RunningQdrant } from './qdrant.js';

/** A part of a set with everything that is needed to restore it. */
export interface MadePart {
  part: BackupPart;
  definition: CollectionDefinition;
}

/** Takes one collection of a running server into the directory of a set, the way a backup does, all points sampled. */
export async function takeCollection(
  server: RunningQdrant,
  set: string,
  collection: string,
): Promise<MadePart> {
  const path = `/collections/${encodeURIComponent(collection)}`;
  const { config, payload_schema } = await resultOf<CollectionDefinition>(server, 'GET', path);
  const { points } = await resultOf<{ points: PointRecord[] }>(server, 'POST', `${path}/points/scroll`, {
    limit: 8,
    with_payload: true,
    with_vector: true,
  });
  const { count } = await resultOf<{ count: number }>(server, 'POST', `${path}/points/count`, {
    exact: true,
  });
  const { name } = await resultOf<{ name: string }>(server, 'POST', `${path}/snapshots`);
  const file = join('collections', `${collection}.snapshot`);
  mkdirSync(join(set, 'collections'), { recursive: true, mode: 0o700 });
  copyFileSync(join(server.directory, 'snapshots', collection, name), join(set, file));
  await resultOf(server, 'DELETE', `${path}/snapshots/${encodeURIComponent(name)}`);
  const content = readFileSync(join(set, file));
  const sha256 = createHash('sha256').update(content).digest('hex');
  const { size: bytes } = statSync(join(set, file));
  return {
    part: { path: file, bytes, sha256, kind: 'collection', collection, points: count },
    definition: {
      config,
      payload_schema,
      sample: points.map((point) => ({ id: point.id, sha256: fingerprintOf(point) })),
    },
  };
}

/** The `result` of an accepted request. */
export async function resultOf<Result>(
  server: RunningQdrant,
  method: string,
  path: string,
  body?: unknown,
): Promise<Result> {
  const answer = await server.request<{ result: Result }>(method, path, body);
  if (answer.status === 200) return answer.body.result;
  throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
