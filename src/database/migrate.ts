import { EXIT, VdbError } from '../errors.js';
import type { Place, Revision } from '../services/citadel/revisions.js';

/**
 * The pending migrations up to `to`, or all of them. Throws `db.no-migration` with exit code 2 where there is no such one, and
 * `db.behind` where the schema is beyond it. Pure.
 */
export function revisionsTo(
  { applied, pending }: Extract<Place, { status: 'known' }>,
  to: string | undefined,
): readonly Revision[] {
  if (to === undefined) return pending;
  const index = pending.findIndex(({ id }) => id === to);
  if (index !== -1) return pending.slice(0, index + 1);
  const at = applied.at(-1)?.id;
  if (at === to) return [];
  if (applied.some(({ id }) => id === to)) {
    throw new VdbError(`The schema is at ${at}, beyond ${to}`, {
      ...{ code: 'db.behind', exitCode: EXIT.usage },
      meaning: 'A migration goes forward.',
      next: `vdb db rollback --to ${to} --plan`,
    });
  }
  throw new VdbError(`This release has no migration ${to}`, {
    ...{ code: 'db.no-migration', exitCode: EXIT.usage },
    meaning: `It has ${[...applied, ...pending].map(({ id }) => id).join(', ')}.`,
    next: 'vdb db status',
  });
}
