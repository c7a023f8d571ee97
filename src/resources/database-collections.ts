import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { citadelScript } from '../services/citadel/command.js';
import { named } from '../text.js';
import { askLayer, type DatabaseLayer, explainLayer, whereItRuns } from './database-layer.js';
import type { LayerState } from './database-layer-probe.js';

export interface DatabaseCollections extends DatabaseLayer {
  /** The configured collections. */
  names: readonly string[];
  /** Id of the resource that lets Qdrant run. */
  qdrantUnit: string;
}

/**
 * PostgreSQL lists the configured collections, as Qdrant has them. What is in them is not compared here: that takes as long
 * as they are large.
 */
export function databaseCollections(options: DatabaseCollections): Resource {
  const { citadel, database, names } = options;
  return defineResource<LayerState>({
    id: `database-collections:${database}`,
    title: `collections listed in ${database}`,
    probe: askLayer(options),
    diff: (have) => {
      const change = listing(names, have);
      if (change === null) return null;
      const able = whereItRuns(change, have, options);
      return able.leftOut === undefined && have !== null && !have.qdrant ? silent(change, options) : able;
    },
    apply: () => [
      {
        title: `list the collections of Qdrant in ${database}`,
        script: citadelScript(citadel, ['list', ...names]),
      },
    ],
    explain: explainLayer,
  });
}

function listing(names: readonly string[], have: LayerState | null): Change | null {
  const listed = new Set(have?.collections ?? []);
  const missing = names.filter((name) => !listed.has(name));
  if (missing.length === 0) return null;
  return {
    action: 'update',
    summary: `list ${named(missing, 'collection')}`,
    fields: missing.map((field) => ({ field, have: 'not listed', want: 'listed' })),
  };
}

function silent(change: Change, { qdrantUnit }: DatabaseCollections): Change {
  return { ...change, leftOut: { why: 'Qdrant does not answer', until: qdrantUnit } };
}
