import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ApiError, badFormat, badRequest, invalid, unsupported } from '../api-error.js';
import { collectionName } from '../parse/collection.js';
import { objectOf, required } from '../parse/values.js';
import { type Call, param, Raw, type Route, route, type World } from '../router.js';
import {
  createSnapshot,
  deleteSnapshot,
  listSnapshots,
  recoverSnapshot,
  snapshotPath,
} from '../store/snapshots.js';

const SNAPSHOTS = '/collections/{collection_name}/snapshots';
const PRIORITIES = ['no_sync', 'snapshot', 'replica'];

export const snapshotRoutes: Route[] = [
  route('GET', SNAPSHOTS, 'read', (call, { catalog, settings }) =>
    listSnapshots(settings.snapshotsPath, catalog.resolve(param(call, 'collection_name')).name),
  ),
  route('POST', SNAPSHOTS, 'manage', create),
  route('GET', `${SNAPSHOTS}/{snapshot_name}`, 'read', download),
  route('DELETE', `${SNAPSHOTS}/{snapshot_name}`, 'manage', remove),
  route('PUT', `${SNAPSHOTS}/recover`, 'manage', recover),
  route('POST', `${SNAPSHOTS}/upload`, 'manage', upload),
];

function create(call: Call, { catalog, settings }: World) {
  const collection = catalog.resolve(param(call, 'collection_name'));
  const description = createSnapshot(settings.snapshotsPath, collection);
  return call.query.get('wait') === 'false' ? accepted() : description;
}

/** What `wait=false` is answered with: no name, and nothing to ask about later. */
function accepted(): Raw {
  return new Raw('application/json', JSON.stringify({ status: 'accepted', time: 0 }), 202);
}

function download(call: Call, { catalog, settings }: World): Raw {
  const { name } = catalog.resolve(param(call, 'collection_name'));
  try {
    const file = snapshotPath(settings.snapshotsPath, name, param(call, 'snapshot_name'));
    return new Raw('application/octet-stream', { file });
  } catch (error) {
    if (error instanceof ApiError) throw new ApiError(error.status, error.message, true);
    throw error;
  }
}

function remove(call: Call, { catalog, settings }: World): true {
  const { name } = catalog.resolve(param(call, 'collection_name'));
  deleteSnapshot(settings.snapshotsPath, name, param(call, 'snapshot_name'));
  return true;
}

async function recover(call: Call, { catalog, settings }: World): Promise<true | Raw> {
  const body = objectOf(await call.json());
  const name = targetOf(call, catalog);
  checkPriority(body.priority, 'JSON body');
  const checksum = checksumOf(body.checksum, 'JSON body');
  const content = readLocation(String(required(body, 'location')), settings.snapshotsPath);
  recoverSnapshot(catalog, name, content, checksum);
  return call.query.get('wait') === 'false' ? accepted() : true;
}

async function upload(call: Call, { catalog }: World): Promise<true | Raw> {
  const name = targetOf(call, catalog);
  checkPriority(call.query.get('priority'), 'query parameters');
  const checksum = checksumOf(call.query.get('checksum'), 'query parameters');
  const type = call.request.headers['content-type'] ?? '';
  const body = Readable.toWeb(call.request) as ReadableStream;
  const form = await new Response(body, { headers: { 'content-type': type } })
    .formData()
    .catch(() => undefined);
  const file = form?.get('snapshot');
  if (!(file instanceof Blob)) throw badRequest('Multipart error: there is no field `snapshot`');
  recoverSnapshot(catalog, name, new Uint8Array(await file.arrayBuffer()), checksum);
  return call.query.get('wait') === 'false' ? accepted() : true;
}

function targetOf(call: Call, catalog: World['catalog']): string {
  const name = collectionName(param(call, 'collection_name'));
  return catalog.aliases().find((each) => each.alias_name === name)?.collection_name ?? name;
}

/** Reads a `file://` address, which must lie below the snapshots. */
function readLocation(location: string, root: string): Buffer {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (url === undefined) throw badFormat(`relative URL without a base: ${JSON.stringify(location)}`);
  if (url.protocol !== 'file:') throw unsupported('snapshots from other servers');
  const path = fileURLToPath(url);
  const inside = realpathSync(root);
  const found = existsSync(path) ? realpathSync(path) : path;
  if (!found.startsWith(`${inside}/`)) {
    throw new ApiError(
      403,
      `Forbidden: Snapshot file path must be inside the snapshots directory "${inside}"`,
    );
  }
  if (found === path && !existsSync(path)) throw badRequest(`Snapshot file "${path}" does not exist`);
  return readFileSync(found);
}

function checksumOf(value: unknown, where: 'JSON body' | 'query parameters'): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value)) return value;
  throw invalid(where, 'checksum: Validation error: invalid_sha256_hash');
}

/** With a single replica every priority means the snapshot. */
function checkPriority(value: unknown, where: 'JSON body' | 'query parameters'): void {
  if (value === undefined || value === null || PRIORITIES.includes(String(value))) return;
  throw new ApiError(
    400,
    `Format error in ${where}: unknown variant \`${value}\`, expected one of ${PRIORITIES.join(', ')}`,
  );
}
