import { badFormat } from '../api-error.js';
import type { Payload } from '../model.js';
import { objectOf, required } from '../parse/values.js';
import { isObject } from '../payload-path.js';
import { type Call, param, type Route, route, type World } from '../router.js';
import type { Catalog } from '../store/catalog.js';

export const aliasRoutes: Route[] = [
  route('GET', '/aliases', 'read', (_call, { catalog }) => ({ aliases: catalog.aliases() })),
  route('POST', '/collections/aliases', 'manage', changeAliases),
  route('GET', '/collections/{collection_name}/aliases', 'read', (call, { catalog }) => {
    const name = param(call, 'collection_name');
    return { aliases: catalog.aliases().filter((each) => each.collection_name === name) };
  }),
];

type Action = (catalog: Catalog) => void;

/** All actions are understood before the first is done. One that fails leaves those before it, as in Qdrant. */
async function changeAliases(call: Call, { catalog }: World): Promise<true> {
  const actions = required(objectOf(await call.json()), 'actions');
  if (!Array.isArray(actions)) throw badFormat('invalid type: expected a sequence of actions');
  for (const action of actions.map(parseAction)) action(catalog);
  return true;
}

function parseAction(value: unknown): Action {
  if (isObject(value)) {
    if (isObject(value.create_alias)) return createAction(value.create_alias);
    if (isObject(value.delete_alias)) return deleteAction(value.delete_alias);
    if (isObject(value.rename_alias)) return renameAction(value.rename_alias);
  }
  throw badFormat('data did not match any variant of untagged enum AliasOperations');
}

function createAction(fields: Payload): Action {
  const [alias, collection] = [name(fields, 'alias_name'), name(fields, 'collection_name')];
  return (catalog) => catalog.createAlias(alias, collection);
}

function deleteAction(fields: Payload): Action {
  const alias = name(fields, 'alias_name');
  return (catalog) => catalog.deleteAlias(alias);
}

function renameAction(fields: Payload): Action {
  const [from, to] = [name(fields, 'old_alias_name'), name(fields, 'new_alias_name')];
  return (catalog) => catalog.renameAlias(from, to);
}

function name(fields: Payload, key: string): string {
  const value = required(fields, key);
  if (typeof value === 'string' && value !== '') return value;
  throw badFormat(`${key}: invalid type: expected a string`);
}
