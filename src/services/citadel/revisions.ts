/** One migration of the schema, as its file tells. */
export interface Revision {
  /** `001_initial_schema`. */
  id: string;
  /** The one that it builds on; null for the first. */
  down: string | null;
  /** What it brings, in a line. */
  title: string;
  /** Tables, and columns as `table.column`, that it makes, and that its way back removes with what is in them. */
  makes: readonly string[];
}

/** Reads a migration's file. Throws when it does not say which revision it is. */
export function revisionOf(path: string, source: string): Revision {
  const id = /^revision(?:: [^=]+)? = ["']([\w-]+)["']$/m.exec(source)?.[1];
  const down = /^down_revision(?:: [^=]+)? = (?:["']([\w-]+)["']|None)$/m.exec(source);
  if (id === undefined || down === null) throw new Error(`${path} does not say which revision it is`);
  const title = /^(?:"""|''')\s*([^\n]*?)(?:"""|'''|\n)/.exec(source)?.[1] ?? id;
  return { id, down: down[1] ?? null, title: title.replace(/\.$/, ''), makes: madeBy(source) };
}

function madeBy(source: string): string[] {
  const [upgrade = ''] = source.split(/^def downgrade\b/m);
  const tables = [...upgrade.matchAll(/op\.create_table\(\s*["'](\w+)["']/g)].map(([, table = '']) => table);
  const columns = [...upgrade.matchAll(/op\.add_column\(\s*["'](\w+)["'],\s*sa\.Column\(\s*["'](\w+)["']/g)];
  return [...tables, ...columns.map(([, table, column]) => `${table}.${column}`)];
}

/** The revisions in the order in which they are applied. Throws unless each but the first builds on the one before. */
export function chainOf(revisions: readonly Revision[]): Revision[] {
  const chain: Revision[] = [];
  for (let at: string | null = null; chain.length < revisions.length; ) {
    const next = revisions.filter(({ down }) => down === at);
    if (next.length !== 1) throw new Error(`${next.length} migrations build on ${at ?? 'nothing'}`);
    chain.push(next[0] as Revision);
    at = (next[0] as Revision).id;
  }
  return chain;
}

/**
 * Where a schema is among the migrations of a release.
 * - `known`: at `current` (null: never migrated), with `pending` still to come.
 * - `unknown`: at a revision that the release does not have, as after a newer one.
 */
export type Place =
  | { status: 'known'; current: string | null; applied: readonly Revision[]; pending: readonly Revision[] }
  | { status: 'unknown'; revisions: readonly string[] };

/** Where `current`, the rows of `alembic_version`, is in the chain. Pure. */
export function placeOf(current: readonly string[], chain: readonly Revision[]): Place {
  const index = chain.findIndex(({ id }) => id === current[0]);
  if (current.length > 1 || (current.length === 1 && index === -1))
    return { status: 'unknown', revisions: current };
  return {
    status: 'known',
    current: current[0] ?? null,
    applied: chain.slice(0, index + 1),
    pending: chain.slice(index + 1),
  };
}

/** What the applied migrations made and the database does not hold: it was dropped by hand. Pure. */
export function missingFrom(place: Place, holds: readonly string[]): string[] {
  if (place.status === 'unknown') return [];
  const missing = place.applied.flatMap(({ makes }) => makes).filter((name) => !holds.includes(name));
  return missing.filter((name) => !name.includes('.') || !missing.includes(name.split('.')[0] as string));
}

/** The newest revision; null where there is none. */
export function headOf(chain: readonly Revision[]): string | null {
  return chain.at(-1)?.id ?? null;
}
