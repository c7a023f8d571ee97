import type { Json, Payload } from './model.js';
import { isObject } from './payload-path.js';
import type { Collection } from './store/collection.js';

/** What Qdrant itself finds wrong: fields that slow searches filter on without an index. */
export interface Issues {
  /** A search was slow, with this filter. */
  slow(collection: Collection, filter: Json | undefined): void;
  /** There is an index on the field now. */
  indexed(collection: string, field: string): void;
  /** The collection is gone. */
  removed(collection: string): void;
  all(): Payload[];
  clear(): true;
}

interface Field {
  name: string;
  /** Types of index that would help. */
  types: string[];
}

export function createIssues(): Issues {
  const issues = new Map<string, { collection: string; record: Payload }>();
  return {
    slow(collection, filter) {
      for (const field of fieldsOf(filter)) {
        const id = idOf(collection.name, field.name);
        if (field.name in collection.indexes || field.types.length === 0 || issues.has(id)) continue;
        issues.set(id, { collection: collection.name, record: recordOf(collection.name, field) });
      }
    },
    indexed: (collection, field) => void issues.delete(idOf(collection, field)),
    removed(name) {
      for (const [id, { collection }] of issues) if (collection === name) issues.delete(id);
    },
    all: () => [...issues.values()].map(({ record }) => record),
    clear() {
      issues.clear();
      return true;
    },
  };
}

function idOf(collection: string, field: string): string {
  return `UNINDEXED_FIELD/${collection}/${field}`;
}

function recordOf(collection: string, { name, types }: Field): Payload {
  const choices = types.map((type) => ({
    message: `Create an index on field '${name}' of schema "${type}" in collection '${collection}'.`,
    action: {
      method: 'PUT',
      uri: `/collections/${encodeURIComponent(collection)}/index`,
      headers: { 'content-type': 'application/json' },
      body: { field_name: name, field_schema: type },
    },
  }));
  const [only] = choices;
  return {
    id: idOf(collection, name),
    description: `Unindexed field '${name}' might be slowing queries down in collection '${collection}'`,
    solution:
      choices.length === 1 && only !== undefined ? { immediate: only } : { immediate_choice: choices },
    timestamp: new Date().toISOString(),
    related_collection: collection,
  };
}

/** Every field that a filter looks at, at any depth. */
function fieldsOf(filter: Json | undefined, prefix = ''): Field[] {
  if (filter === undefined || !isObject(filter)) return [];
  const { min_should: least } = filter;
  const lists = [filter.must, filter.should, filter.must_not, isObject(least) ? least.conditions : undefined];
  return lists
    .flatMap((list) => (list === undefined || list === null ? [] : [list].flat()))
    .flatMap((condition) => fieldsOfCondition(condition as Json, prefix));
}

function fieldsOfCondition(condition: Json, prefix: string): Field[] {
  if (!isObject(condition)) return [];
  const { key, nested } = condition;
  if (isObject(nested)) return fieldsOf(nested.filter as Json, `${prefix}${String(nested.key)}[].`);
  if (typeof key === 'string') return [{ name: `${prefix}${key}`, types: typesFor(condition) }];
  return fieldsOf(condition, prefix);
}

function typesFor({ match, range }: Payload): string[] {
  if (isObject(range))
    return Object.values(range).some((value) => typeof value === 'string')
      ? ['datetime']
      : ['integer', 'float'];
  if (!isObject(match)) return [];
  const sample = match.value ?? [match.any ?? match.except ?? []].flat()[0];
  if (typeof sample === 'string') return ['keyword'];
  if (typeof sample === 'number') return ['integer'];
  return typeof sample === 'boolean' ? ['bool'] : [];
}
