import { randomInt, randomUUID } from 'node:crypto';
import type { PointRecord } from '../../backup/fingerprint.js';
import {
  askQdrant,
  type Endpoint,
  type QdrantAnswer,
  type QdrantRequest,
  resultOf,
} from '../../backup/qdrant-requests.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { collectionPath } from '../../resources/qdrant-collection.js';
import { CANARY_PREFIX } from '../../services/qdrant/canary.js';
import { aSecond } from '../move.js';
import { differences, type Look } from './compare.js';
import type { Following } from './peers.js';

/** Two Qdrants on one host that are to hold the same. */
export interface Both {
  host: Host;
  /** The one that has served so far. */
  original: Endpoint;
  copy: Endpoint;
}

/** What was compared. */
export interface Compared {
  collections: number;
  points: number;
  sampled: number;
  queries: number;
}

/** Points of a collection that are compared by their values. */
const SAMPLED = 20;
/** Of these, so many are searched for by their vectors. */
const QUERIES = 4;
const FOUND = 10;
/** What is written meanwhile may look like a difference: it is none unless it stays. */
const ATTEMPTS = 5;
const PATIENCE_SECONDS = 120;

/**
 * Compares everything that two Qdrants hold, while the world writes to both: settings, indexes, exact counts, points by
 * their values, exact queries, aliases. Waits until the copy has built its indexes. Throws `deploy.differs`.
 */
export async function compareBoth(both: Both, following: Following): Promise<Compared> {
  const sum: Compared = { collections: 0, points: 0, sampled: 0, queries: 0 };
  for (const name of await sameNames(both, following)) {
    following.onLine(`compare ${name}`);
    const compared = await settled(both.host, `collection ${name}`, following, () =>
      compareOne(both, name, following),
    );
    sum.collections += 1;
    sum.points += compared.points;
    sum.sampled += compared.sampled;
    sum.queries += compared.queries;
  }
  await settled(both.host, 'the aliases', following, () => compareAliases(both));
  return sum;
}

interface Attempt<T> {
  findings: readonly string[];
  value: T;
}

async function settled<T>(
  host: Host,
  what: string,
  { stop }: Following,
  attempt: () => Promise<Attempt<T>>,
): Promise<T> {
  for (let left = ATTEMPTS; ; left--) {
    const { findings, value } = await attempt();
    if (findings.length === 0) return value;
    if (left === 1) throw differs(host, what, findings);
    await aSecond(stop);
  }
}

function sameNames(both: Both, following: Following): Promise<string[]> {
  return settled(both.host, 'the list of collections', following, async () => {
    const [here, there] = await Promise.all([
      namesAt(both.host, both.original),
      namesAt(both.host, both.copy),
    ]);
    return { findings: listFindings(here, there), value: here };
  });
}

function listFindings(want: readonly string[], have: readonly string[]): string[] {
  return [
    ...want.filter((name) => !have.includes(name)).map((name) => `${name} is missing`),
    ...have.filter((name) => !want.includes(name)).map((name) => `${name} is only there`),
  ];
}

async function namesAt(host: Host, endpoint: Endpoint): Promise<string[]> {
  const result = await asked<{ collections: { name: string }[] }>(host, endpoint, {
    ...{ method: 'GET', path: '/collections' },
  });
  return (result?.collections ?? [])
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(CANARY_PREFIX))
    .sort();
}

async function compareAliases({ host, original, copy }: Both): Promise<Attempt<null>> {
  type Aliases = { aliases: { alias_name: string; collection_name: string }[] };
  const [here, there] = await Promise.all(
    [original, copy].map(async (endpoint) => {
      const result = await asked<Aliases>(host, endpoint, { method: 'GET', path: '/aliases' });
      return (result?.aliases ?? []).map((each) => `${each.alias_name} to ${each.collection_name}`);
    }),
  );
  return { findings: listFindings(here ?? [], there ?? []), value: null };
}

type Totals = Omit<Compared, 'collections'>;

async function compareOne(both: Both, name: string, following: Following): Promise<Attempt<Totals>> {
  const { host, original, copy } = both;
  await optimized(both, name, following);
  const plan = await planOf(host, original, name);
  const before = plan && (await lookAt(host, original, name, plan));
  const there = before && (await lookAt(host, copy, name, plan));
  const after = before && (await lookAt(host, original, name, plan));
  // Deleted meanwhile: then the list of collections says so as well, and there is nothing to compare.
  if (!before || !after) return { findings: [], value: { points: 0, sampled: 0, queries: 0 } };
  if (!there) return { findings: ['it is missing'], value: { points: 0, sampled: 0, queries: 0 } };
  const { findings, compared } = differences({ before, after }, there);
  return { findings, value: { points: there.count, sampled: compared.points, queries: compared.queries } };
}

/** Until its indexes are built a copy answers slowly, however right. */
async function optimized({ host, copy }: Both, name: string, { stop, onLine }: Following): Promise<void> {
  for (;;) {
    const info = await asked<{ status: string; indexed_vectors_count?: number }>(host, copy, {
      ...{ method: 'GET', path: collectionPath(name) },
    });
    if (info === null || info.status !== 'yellow') return;
    onLine(`${name} is being indexed, ${info.indexed_vectors_count ?? 0} vectors so far`);
    await aSecond(stop);
  }
}

/** What of a collection is looked at on both. */
interface Plan {
  ids: readonly (string | number)[];
  queries: readonly unknown[];
}

interface Described {
  config: Record<string, unknown> & { params: { vectors?: object } };
  payload_schema: Record<string, unknown>;
}

/** Points from the begin and from anywhere, and queries by the vectors of some. Null where there is no such collection. */
async function planOf(host: Host, endpoint: Endpoint, name: string): Promise<Plan | null> {
  const path = collectionPath(name);
  const info = await asked<Described>(host, endpoint, { method: 'GET', path });
  const counted = info && (await countAt(host, endpoint, name));
  if (info === null || counted === null) return null;
  const page = (offset?: string | number): QdrantRequest => ({
    ...{ method: 'POST', path: `${path}/points/scroll` },
    body: { limit: SAMPLED / 2, with_payload: false, ...(offset === undefined ? {} : { offset }) },
  });
  const pages = [page(), page(randomInt(counted + 1)), page(randomUUID())];
  const answers = await askQdrant(host, endpoint, pages, PATIENCE_SECONDS);
  const points = answers.flatMap(
    (answer) => resultOf<{ points: PointRecord[] }>(answer, `read collection ${name}`)?.points ?? [],
  );
  const ids = [...new Set(points.map(({ id }) => id).filter(isExact))].slice(0, SAMPLED);
  const using = vectorOf(info);
  if (using === null) return { ids, queries: [] };
  const queries = ids.slice(0, QUERIES).map((id) => ({
    ...{ query: id, limit: FOUND, params: { exact: true } },
    ...(using === '' ? {} : { using }),
  }));
  return { ids, queries };
}

/** A number beyond 2^53 is not the one that Qdrant wrote. */
function isExact(id: string | number): boolean {
  return typeof id === 'string' || Number.isSafeInteger(id);
}

/** The name of a dense vector; '' for the one without a name; null where there is none. */
function vectorOf({ config }: Described): string | null {
  const { vectors = {} } = config.params;
  if ('size' in vectors) return '';
  return Object.keys(vectors)[0] ?? null;
}

async function countAt(host: Host, endpoint: Endpoint, name: string): Promise<number | null> {
  const path = `${collectionPath(name)}/points/count`;
  const result = await asked<{ count: number }>(host, endpoint, {
    method: 'POST',
    path,
    body: { exact: true },
  });
  return result?.count ?? null;
}

async function lookAt(
  host: Host,
  endpoint: Endpoint,
  name: string,
  { ids, queries }: Plan,
): Promise<Look | null> {
  const path = collectionPath(name);
  const answers = await askQdrant(
    host,
    endpoint,
    [
      { method: 'GET', path },
      { method: 'POST', path: `${path}/points/count`, body: { exact: true } },
      { method: 'POST', path: `${path}/points`, body: { ids, with_payload: true, with_vector: true } },
      { method: 'POST', path: `${path}/points/query/batch`, body: { searches: queries } },
    ],
    PATIENCE_SECONDS,
  );
  const [info, count, points, found] = answers as [QdrantAnswer, QdrantAnswer, QdrantAnswer, QdrantAnswer];
  const described = resultOf<Described>(info, `describe collection ${name}`);
  const counted = resultOf<{ count: number }>(count, `count collection ${name}`);
  const read = resultOf<PointRecord[]>(points, `read collection ${name}`);
  const searched =
    queries.length === 0
      ? []
      : resultOf<{ points: { score: number }[] }[]>(found, `search collection ${name}`);
  if (described === null || counted === null || read === null || searched === null) return null;
  return {
    config: described.config,
    indexes: described.payload_schema,
    count: counted.count,
    points: read,
    scores: searched.map((each) => each.points.map(({ score }) => score)),
  };
}

async function asked<T>(host: Host, endpoint: Endpoint, request: QdrantRequest): Promise<T | null> {
  const [answer] = await askQdrant(host, endpoint, [request], PATIENCE_SECONDS);
  return answer === undefined ? null : resultOf<T>(answer, `answer ${request.path}`);
}

function differs(host: Host, what: string, findings: readonly string[]): VdbError {
  const shown = findings.slice(0, 5).join('; ');
  const more = findings.length > 5 ? `; and ${findings.length - 5} more` : '';
  return new VdbError(`The copy of ${what} is not what the original is: ${shown}${more}`, {
    ...{ code: 'deploy.differs', exitCode: EXIT.failed, host: host.target },
    meaning: 'Counts, settings, indexes, sampled points and queries were compared several times.',
  });
}
