/** PostgreSQL cuts names after so many bytes, silently. */
const LONGEST_NAME = 63;

/** The database that the set `id` is restored into before it takes the place of `database`. */
export function restoredName(database: string, id: string): string {
  return fitted(database, `_restore_${id.toLowerCase()}`);
}

/** What `database` is called once that of the set `id` has taken its place. */
export function keptName(database: string, id: string): string {
  return fitted(database, `_before_${id.toLowerCase()}`);
}

function fitted(name: string, suffix: string): string {
  return `${name.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
}

const GIVEN = /_(?:restore|before)_(\d{8}t\d{6}z(?:\.\d+)?)$/;

/** The restore whose name a database bears; none for any other. Pure. */
export function restoreOfDatabase(database: string): string[] {
  const [, restore] = GIVEN.exec(database) ?? [];
  return restore === undefined ? [] : [restore.toUpperCase()];
}
