import { type Change, defineResource, type Refusal, type Resource } from '../engine/resource.js';
import type { Script } from '../host/shell.js';
import { citadelScript } from '../services/citadel/command.js';
import { headOf, missingFrom, type Place, placeOf, type Revision } from '../services/citadel/revisions.js';
import { askLayer, type DatabaseLayer, explainLayer, whereItRuns } from './database-layer.js';
import type { LayerState } from './database-layer-probe.js';

export interface DatabaseSchema extends DatabaseLayer {
  /** The migrations of this release, the first one first. */
  revisions: readonly Revision[];
  /** Without an environment that runs migrations it fails, instead of being left out. */
  required?: boolean;
  /** Which of the pending migrations are applied; all by default. */
  part?: (place: Extract<Place, { status: 'known' }>) => readonly Revision[];
  /** What runs them; by default the layer itself. */
  run?: (args: readonly string[]) => Script;
}

/** How long migrations may take: they may rewrite large tables. */
const MIGRATE_SECONDS = 3600;

/**
 * The tables are those of the newest migration. A revision that this release does not have is refused, and nothing
 * that builds on the tables runs then: a newer schema has what the models of this release do not know.
 */
export function databaseSchema(options: DatabaseSchema): Resource {
  const { citadel, database, revisions, required = false } = options;
  const { part = ({ pending }) => pending, run = (args) => citadelScript(citadel, args) } = options;
  return defineResource<LayerState>({
    id: `database-schema:${database}`,
    title: `schema of ${database}`,
    probe: askLayer(options),
    diff: (have) => {
      const change = schemaChange(revisions, have, part);
      if (change === null || change.refused !== undefined || required) return change;
      return whereItRuns(change, have, options);
    },
    apply: (_, have) => {
      const place = placeOf(have?.revisions ?? [], revisions);
      const to = headOf(place.status === 'known' ? part(place) : []) ?? 'head';
      return [
        {
          title: `migrate ${database} to ${to}`,
          script: run(['migrate', '--to', to]),
          timeoutSeconds: MIGRATE_SECONDS,
        },
      ];
    },
    explain: explainLayer,
  });
}

function schemaChange(
  revisions: readonly Revision[],
  have: LayerState | null,
  part: NonNullable<DatabaseSchema['part']>,
): Change | null {
  const head = headOf(revisions) ?? '';
  if (have === null) return { action: 'create', summary: `tables of ${head}` };
  const place = placeOf(have.revisions, revisions);
  if (place.status === 'unknown') {
    const summary = `at ${place.revisions.join(', ')}, which this release does not have`;
    return { action: 'update', summary, refused: newerSchema(place.revisions, head) };
  }
  const { current } = place;
  const missing = missingFrom(place, have.holds);
  if (missing.length > 0) {
    const summary = `without ${missing.join(', ')}`;
    return { action: 'update', summary, refused: { ...brokenSchema(missing), blocks: true } };
  }
  const due = part(place);
  if (due.length === 0) return null;
  return {
    action: current === null ? 'create' : 'update',
    summary: due.map(revisionText).join(', '),
    fields: [{ field: 'revision', have: current ?? 'none', want: headOf(due) ?? head }],
  };
}

/** A migration by its name; one that contracts says so. Pure. */
export function revisionText({ id, phase }: Revision): string {
  return phase === 'contract' ? `${id} (contracts)` : id;
}

/** Why a schema that was taken apart by hand is not put together again, and the ways on: migrations were applied, and what was lost is in backups alone. */
export function brokenSchema(missing: readonly string[]): { why: string; next: string } {
  return {
    why: `The schema lacks what its migrations made: ${missing.join(', ')}`,
    next: 'vdb restore SET --only postgres brings back a backup; an empty database: vdb task rollback 3.1, then vdb provision',
  };
}

/** Why a schema that this release does not know is left alone, and the ways on. */
export function newerSchema(revisions: readonly string[], head: string): Refusal {
  return {
    why: `The database is at ${revisions.join(', ')}; the newest migration that this release of vdb has is ${head}`,
    next: `Use the release of vdb that migrated it, whose "vdb db rollback --to ${head}" leads back; or bring back a backup from before: vdb restore SET --only postgres`,
    blocks: true,
  };
}
