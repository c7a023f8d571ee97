import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';

function copiesFit({ collections, hosts }: Config): Violation[] {
  return Object.entries(collections).flatMap(([name, { replicas, write_consistency }]) => {
    const found: Violation[] = [];
    if (replicas > hosts.length) {
      const message = `${replicas} copies need as many hosts; there ${hosts.length === 1 ? 'is one' : `are ${hosts.length}`}`;
      found.push({ path: ['collections', name, 'replicas'], message });
    }
    if (write_consistency > replicas) {
      const message = `${write_consistency} copies cannot confirm a write when there are ${replicas}`;
      found.push({ path: ['collections', name, 'write_consistency'], message });
    }
    return found;
  });
}

function aliasesAreFree({ collections }: Config): Violation[] {
  const owners = new Map<string, string>();
  return Object.entries(collections).flatMap(([name, { aliases }]) =>
    aliases.flatMap((alias, index) => {
      const path = ['collections', name, 'aliases', index];
      if (Object.hasOwn(collections, alias))
        return [{ path, message: `${alias} is the name of a collection` }];
      const owner = owners.get(alias);
      owners.set(alias, name);
      return owner === undefined ? [] : [{ path, message: `${alias} is an alias of ${owner} already` }];
    }),
  );
}

function modelsHaveCollections({ collections, models }: Config): Violation[] {
  return Object.entries(models)
    .filter(([, { collection }]) => !Object.hasOwn(collections, collection))
    .map(([name, { collection }]) => ({
      path: ['models', name, 'collection'],
      message: `there is no collection ${collection}`,
    }));
}

export const collectionRules: readonly Rule[] = [
  { needs: ['collections', 'hosts'], check: copiesFit },
  { needs: ['collections'], check: aliasesAreFree },
  { needs: ['collections', 'models'], check: modelsHaveCollections },
];
