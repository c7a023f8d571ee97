import { known, type Observation } from '../../host/probe.js';
import type { QdrantRoot } from '../../services/qdrant/root.js';
import type { HttpAnswer } from '../probes/http.js';

export { isGenuine, plainVersion, type QdrantRoot } from '../../services/qdrant/root.js';

/** Reads `/`. The value is null when nothing listens. */
export function readRoot(answer: Observation<HttpAnswer>): Observation<QdrantRoot> {
  return reading(answer, (body) => {
    const { title, version } = body as Partial<QdrantRoot>;
    if (typeof title !== 'string' || typeof version !== 'string') throw new Error('no title and version');
    return { title, version };
  });
}

/** Reads the names in `/collections`. */
export function readNames(answer: Observation<HttpAnswer>): Observation<string[]> {
  return reading(answer, (body) => {
    const { result } = body as { result: { collections: { name: string }[] } };
    return result.collections.map(({ name }) => name);
  });
}

/** Reads `POST …/points/count`. */
export function readCount(answer: Observation<HttpAnswer>): Observation<number> {
  return reading(answer, (body) => {
    const { count } = (body as { result: { count: unknown } }).result;
    if (typeof count !== 'number') throw new Error('no count');
    return count;
  });
}

/** An alias and the collection that it stands for. */
export interface Alias {
  alias: string;
  collection: string;
}

/** Reads `/aliases`. */
export function readAliases(answer: Observation<HttpAnswer>): Observation<Alias[]> {
  return reading(answer, (body) => {
    const { aliases } = (body as { result: { aliases: Record<string, unknown>[] } }).result;
    return aliases.map(({ alias_name: alias, collection_name: collection }) => {
      if (typeof alias !== 'string' || typeof collection !== 'string') throw new Error('no alias');
      return { alias, collection };
    });
  });
}

/** Reads `/issues`: what Qdrant itself finds wrong, in its words. */
export function readIssues(answer: Observation<HttpAnswer>): Observation<string[]> {
  return reading(answer, (body) => {
    const { issues } = (body as { result: { issues: { description: unknown }[] } }).result;
    return issues.map(({ description }) => {
      if (typeof description !== 'string') throw new Error('no description');
      return description;
    });
  });
}

/** A successful answer, its JSON read by `read`; any other answer is unknown, for the reason that it gives. */
export function reading<T>(answer: Observation<HttpAnswer>, read: (body: unknown) => T): Observation<T> {
  return readingText(answer, (text) => read(JSON.parse(text)));
}

/** Like {@link reading} for an answer that is not JSON. `read` throws when it cannot. */
export function readingText<T>(answer: Observation<HttpAnswer>, read: (body: string) => T): Observation<T> {
  if (answer.status !== 'known') return answer;
  if (answer.value === null) return known<T>(null);
  const { status, body } = answer.value;
  if (status === 401 || status === 403)
    return { status: 'unknown', why: `Qdrant refuses the key (${status})` };
  if (status === 'timeout') return { status: 'unknown', why: 'Qdrant does not answer in time' };
  if (status === 404) return { status: 'unknown', why: 'it does not exist' };
  if (status !== 200) return { status: 'unknown', why: `Qdrant answers ${status}` };
  try {
    return known(read(body));
  } catch {
    return { status: 'unknown', why: 'Qdrant answers with something unreadable' };
  }
}
