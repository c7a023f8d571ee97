import { z } from 'zod';
import { EXIT, messageOf, VdbError } from '../errors.js';
import { PRIORITIES, SET_ID, setIdOf } from './set.js';

/**
 * A backup set is a directory of `paths.backups`, named by the instant at which it was begun, in UTC:
 * `20261124T020000Z`, so that names sort by time. Its parts are files below it. `manifest.json` names all of them
 * and is written last, by a rename: a directory without one is no set, whatever else is in it.
 * Fields may be added within `vdb.backup/1`; a reader ignores those that it does not know.
 */
export const MANIFEST = 'manifest.json';

/**
 * Lies in the directory of a set from its beginning, and becomes {@link MANIFEST} by the rename that makes it a set. So
 * a directory that has this was begun by `vdb backup` and never finished; one that has neither is somebody else's.
 */
export const MANIFEST_TO_BE = '.manifest';

const amount = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in lower-case hex');

/** A table as the dump has it. */
const table = z.object({
  rows: amount,
  /** Of its first and last rows by primary key; missing for a table without one. */
  sample: sha256.optional(),
});

const part = z.object({
  /** Below the directory of the set, with `/` between names. */
  path: z.string().refine(isBelow, 'must be a path below the set'),
  bytes: amount,
  sha256,
  /**
   * `collection`: Qdrant's snapshot of one. `definitions`: what a snapshot lacks or hides, see definitions.ts.
   * `postgres`: a dump in the custom format. `postgres-globals`: roles, without passwords. `redis`: an RDB file.
   * `configuration`: a tar of configuration files without secrets.
   */
  kind: z.string().min(1),
  /** The collection that it is a snapshot of. */
  collection: z.string().min(1).optional(),
  priority: z.enum(PRIORITIES).optional(),
  /** Points in that snapshot, counted exactly, before it was taken and after; nothing was written meanwhile. */
  points: amount.optional(),
  /** In place of `points` where something was written meanwhile: counts before and after, the smaller one first. */
  points_between: z.tuple([amount, amount]).optional(),
  /** The database that it is a dump of. */
  database: z.string().min(1).optional(),
  /** Its tables by `schema.name`, seen in the same transaction as the dump. */
  tables: z.record(z.string(), table).optional(),
  /** Keys in the RDB file. */
  keys: amount.optional(),
  /** The part holds what was there at some instant between these two. */
  from: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});

const SCHEMA = 'vdb.backup/1';

const manifest = z
  .object({
    schema: z.literal(SCHEMA),
    id: z.string().regex(SET_ID),
    /** When the set was begun: nothing in it is older. */
    created: z.iso.datetime(),
    finished: z.iso.datetime(),
    parts: z.array(part).min(1),
    /** The host that it was taken of: its name in the configuration, and its own. */
    host: z.object({ name: z.string(), hostname: z.string() }).optional(),
    /** Of what made it and of what it holds: `vdb`, `qdrant`, `postgres`, `redis`, `os`. */
    versions: z.record(z.string(), z.string()).optional(),
    /** Whether its collections come from a real Qdrant; false for the emulator. */
    genuine: z.boolean().optional(),
    /** Whether writes were held back while it was taken, so that all parts have one instant. */
    consistent: z.boolean().optional(),
    /** Configuration files that are not in it, because they hold secrets. */
    left_out: z.array(z.string()).optional(),
    /** Other databases of the same PostgreSQL, which are not in it: the configuration names one. */
    left_out_databases: z.array(z.string()).optional(),
    /** Parts that retention took out of it since. */
    pruned: z.array(z.object({ path: z.string(), collection: z.string(), at: z.iso.datetime() })).optional(),
    /**
     * Collections that are not in it, because a restore had kept them and nobody used them. With this field every
     * collection in the set is somebody's, whatever it is called.
     */
    kept_by_restores: z.array(z.string()).optional(),
  })
  .refine(({ id, created }) => id === setIdOf(new Date(created)), {
    message: 'its name is not the instant at which it was created',
  })
  .refine(({ created, finished }) => Date.parse(created) <= Date.parse(finished), {
    message: 'finished before it was created',
  })
  .refine(({ parts }) => new Set(parts.map(({ path }) => path)).size === parts.length, {
    message: 'a part is named twice',
  });

export type BackupManifest = z.infer<typeof manifest>;
export type BackupPart = z.infer<typeof part>;
export type BackupTable = z.infer<typeof table>;

/** Reads the `manifest.json` of the set `id`. Throws `backup.manifest-unreadable` for anything else. Pure. */
export function readManifest(text: string, id: string): BackupManifest {
  try {
    const value: unknown = JSON.parse(text);
    assertSchema(value);
    const read = manifest.parse(value);
    if (read.id !== id) throw new Error(`it is the manifest of ${read.id}`);
    return read;
  } catch (error) {
    const why = error instanceof z.ZodError ? firstIssue(error) : messageOf(error);
    throw new VdbError(`The manifest of backup set ${id} cannot be read: ${why}`, {
      code: 'backup.manifest-unreadable',
      exitCode: EXIT.failed,
      meaning: 'Without its manifest nobody knows what belongs to the set, and whether it is whole.',
    });
  }
}

const heading = z.object({
  schema: z.string(),
  versions: z.object({ vdb: z.string() }).optional().catch(undefined),
});

/** Throws where a manifest says that it is of another schema than this vdb reads. */
function assertSchema(value: unknown): void {
  const { data } = heading.safeParse(value);
  if (data === undefined || data.schema === SCHEMA) return;
  const by = data.versions === undefined ? 'another vdb' : `vdb ${data.versions.vdb}`;
  throw new Error(
    `it is of schema ${data.schema}, made by ${by}, and this vdb reads ${SCHEMA} alone: use that vdb`,
  );
}

/** The content of `manifest.json`. Throws what {@link readManifest} would not take. */
export function manifestText(set: BackupManifest): string {
  return `${JSON.stringify(manifest.parse(set), null, 2)}\n`;
}

function firstIssue({ issues }: z.ZodError): string {
  const [first] = issues;
  return `${first?.path.join('.') ?? ''} ${first?.message ?? ''}`.trim();
}

function isBelow(path: string): boolean {
  const names = path.split('/');
  return path !== MANIFEST && names.every((name) => name !== '' && name !== '.' && name !== '..');
}
