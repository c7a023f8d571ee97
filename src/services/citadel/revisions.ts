/**
 * When a migration may be applied. `expand`: the release before can live with it. `contract`: nothing that needs the old shape
 * may run.
 */
export type Phase = 'expand' | 'contract';

/** One migration of the schema, as its file tells. */
export interface Revision {
  /** `001_initial_schema`. */
  id: string;
  /** The one that it builds on; null for the first. */
  down: string | null;
  /** What it brings, in a line. */
  title: string;
  phase: Phase;
  /** Tables, and columns as `table.column`, that it makes, and that its way back removes with what is in them. */
  makes: readonly string[];
  /** Those of earlier ones that it removes. */
  drops: readonly string[];
}

/**
 * Reads a migration's file. Throws when it does not say which revision it is. The first releases said nothing of phases: their
 * migrations only add.
 */
export function revisionOf(path: string, source: string): Revision {
  const id = /^revision(?:: [^=]+)? = ["']([\w-]+)["']$/m.exec(source)?.[1];
  const down = /^down_revision(?:: [^=]+)? = (?:["']([\w-]+)["']|None)$/m.exec(source);
  if (id === undefined || down === null) throw new Error(`${path} does not say which revision it is`);
  const title = /^(?:"""|''')\s*([^\n]*?)(?:"""|'''|\n)/.exec(source)?.[1] ?? id;
  const phase = /^phase(?:: [^=]+)? = ["']contract["']$/m.test(source) ? 'contract' : 'expand';
  const [upgrade = ''] = source.split(/^def downgrade\b/m);
  return {
    ...{ id, down: down[1] ?? null, title: title.replace(/\.$/, ''), phase },
    ...{ makes: madeBy(upgrade), drops: droppedBy(upgrade) },
  };
}

function madeBy(upgrade: string): string[] {
  const tables = [...upgrade.matchAll(/op\.create_table\(\s*["'](\w+)["']/g)].map(([, table = '']) => table);
  const columns = [...upgrade.matchAll(/op\.add_column\(\s*["'](\w+)["'],\s*sa\.Column\(\s*["'](\w+)["']/g)];
  return [...tables, ...columns.map(([, table, column]) => `${table}.${column}`)];
}

function droppedBy(upgrade: string): string[] {
  const tables = [...upgrade.matchAll(/op\.drop_table\(\s*["'](\w+)["']/g)].map(([, table = '']) => table);
  const columns = [...upgrade.matchAll(/op\.drop_column\(\s*["'](\w+)["'],\s*["'](\w+)["']/g)];
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

/** What the applied migrations made, and did not drop again, and the database does not hold: it was dropped by hand. Pure. */
export function missingFrom(place: Place, holds: readonly string[]): string[] {
  if (place.status === 'unknown') return [];
  const missing = madeOf(place.applied).filter((name) => !holds.includes(name));
  return missing.filter((name) => !name.includes('.') || !missing.includes(name.split('.')[0] as string));
}

function madeOf(applied: readonly Revision[]): string[] {
  return applied.reduce<string[]>(
    (made, { makes, drops }) => [
      ...made.filter((name) => !drops.some((gone) => name === gone || name.startsWith(`${gone}.`))),
      ...makes,
    ],
    [],
  );
}

/** The pending migrations, as a deploy applies them. */
export interface Halves {
  /** While the release before still serves. */
  expand: readonly Revision[];
  /** Once it has been stopped. */
  contract: readonly Revision[];
  /** One that the coming release needs before it serves, behind one that the release before cannot live with; null: none is. */
  stuck: { needed: Revision; behind: Revision } | null;
}

/** Which of the pending migrations go before a release serves, and which after. In a database of no tables nobody is disturbed. Pure. */
export function halvesOf({ current, pending }: Extract<Place, { status: 'known' }>): Halves {
  const at = pending.findIndex(({ phase }) => phase === 'contract');
  if (current === null || at === -1) return { expand: pending, contract: [], stuck: null };
  const contract = pending.slice(at);
  const needed = contract.find(({ phase }) => phase === 'expand');
  const stuck = needed === undefined ? null : { needed, behind: contract[0] as Revision };
  return { expand: pending.slice(0, at), contract, stuck };
}

/** Those of the applied migrations that a release with only `own` cannot live with. Pure. */
export function tooFarFor(own: readonly Revision[], applied: readonly Revision[]): Revision[] {
  return applied.filter(({ id, phase }) => phase === 'contract' && !own.some((each) => each.id === id));
}

/** The newest revision; null where there is none. */
export function headOf(chain: readonly Revision[]): string | null {
  return chain.at(-1)?.id ?? null;
}
