import type { DatabaseLook } from '../../database/look.js';
import type { Outbox } from '../../database/outbox.js';
import { brokenSchema } from '../../resources/database-schema.js';
import { columns } from '../columns.js';
import { count, styleFor } from '../style.js';

/** A database with its layer for people: where the schema is, what is to come, what waits for Qdrant. */
export function databaseStatusText(look: DatabaseLook, outbox: Outbox, color: boolean): string {
  const style = styleFor(color);
  const { database, place, missing, lacking, layer, tested } = look;
  const pending = place.status === 'known' ? place.pending : [];
  const rows = [
    ['schema', schemaText(look)],
    ...pending.map(({ id, title, phase }) => ['', `pending  ${phase.padEnd(8)}  ${id}: ${title}`]),
    ...missing.map((name) => ['', `missing  ${name}`]),
    [
      'layer',
      layer === null
        ? `as in this release, ${tested ? 'tested' : 'not tested'}`
        : `differs: ${layer.summary}`,
    ],
    ['runs', lacking ?? 'in its environment'],
    ['outbox', outboxText(outbox)],
  ];
  const lines = columns(rows).split('\n');
  return [style.bold(database), ...lines.map((line) => `  ${line}`)].join('\n');
}

function schemaText({ place, head, missing }: DatabaseLook): string {
  if (place.status === 'unknown')
    return `at ${place.revisions.join(', ')}, which this release does not have (newest: ${head})`;
  if (place.pending.length === 0)
    return missing.length === 0 ? `at ${head}, the newest` : `at ${head}, but not whole`;
  return `${place.current === null ? 'never migrated' : `at ${place.current}`}, ${count(place.pending.length, 'migration')} to come`;
}

function outboxText(outbox: Outbox): string {
  if (outbox.state === 'unknown') return `unknown: ${outbox.why}`;
  const { waiting, rejected, oldestSeconds } = outbox;
  if (waiting + rejected === 0) return 'empty';
  const age = oldestSeconds === null ? '' : `, the oldest for ${Math.round(oldestSeconds)} s`;
  const refused = rejected === 0 ? '' : `; ${rejected} refused by Qdrant (vdb db sync)`;
  return `${count(waiting, 'write')} on the way to Qdrant${age}${refused}`;
}

/** What stands between the database and what this release wants of it, with what to run; null where nothing does. */
export function databaseNext({ place, missing, layer, lacking }: DatabaseLook): string | null {
  if (place.status === 'unknown') return 'a newer release of vdb, or a backup from before (docs/database.md)';
  if (missing.length > 0) return brokenSchema(missing).next;
  if (lacking !== null) return 'vdb provision --only 0.4';
  if (layer !== null || place.pending.length > 0) return 'vdb db migrate';
  return null;
}

/** The same for machines. */
export function databaseStatusData(look: DatabaseLook, outbox: Outbox): Record<string, unknown> {
  const { database, place, head, missing, layer, lacking, tested } = look;
  const known = place.status === 'known';
  return {
    ...{ database, head, current: known ? place.current : place.revisions.join(','), known },
    pending: known ? place.pending.map(({ id, phase }) => ({ id, phase })) : [],
    missing,
    layer: layer === null ? 'current' : 'differs',
    ...(lacking === null ? {} : { lacking }),
    tested,
    outbox:
      outbox.state === 'unknown'
        ? { error: outbox.why }
        : {
            waiting: outbox.waiting,
            rejected: outbox.rejected,
            oldest_seconds: outbox.oldestSeconds,
          },
  };
}
