import { z } from 'zod';
import { EXIT, messageOf, VdbError } from '../errors.js';

/**
 * A backup set is a directory of `paths.backups`, named by the instant at which it was begun, in UTC:
 * `20261124T020000Z`, so that names sort by time. Its parts are files below it. `manifest.json` names all of them
 * and is written last, by a rename: a directory without one is no set, whatever else is in it.
 * Fields may be added within `vdb.backup/1`; a reader ignores those that it does not know.
 */
export const MANIFEST = 'manifest.json';

/** The name of a set, which is also the name of its directory. */
const SET_ID = /^\d{8}T\d{6}Z$/;

const amount = z.int().min(0);

const part = z.object({
  /** Below the directory of the set, with `/` between names. */
  path: z.string().refine(isBelow, 'must be a path below the set'),
  bytes: amount,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256 in lower-case hex'),
  /** What it is: `collection`, `postgres`, `redis`, `configuration`, … */
  kind: z.string().min(1),
  /** The collection that it is a snapshot of. */
  collection: z.string().min(1).optional(),
  /** Points in that snapshot, counted exactly. */
  points: amount.optional(),
});

const manifest = z
  .object({
    schema: z.literal('vdb.backup/1'),
    id: z.string().regex(SET_ID),
    /** When the set was begun: nothing in it is older. */
    created: z.iso.datetime(),
    finished: z.iso.datetime(),
    parts: z.array(part).min(1),
  })
  .refine(({ id, created }) => id === created.replaceAll(/[-:]|\.\d+/g, ''), {
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

/** Reads the `manifest.json` of the set `id`. Throws `backup.manifest-unreadable` for anything else. Pure. */
export function readManifest(text: string, id: string): BackupManifest {
  try {
    const read = manifest.parse(JSON.parse(text));
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

function firstIssue({ issues }: z.ZodError): string {
  const [first] = issues;
  return `${first?.path.join('.') ?? ''} ${first?.message ?? ''}`.trim();
}

function isBelow(path: string): boolean {
  const names = path.split('/');
  return path !== MANIFEST && names.every((name) => name !== '' && name !== '.' && name !== '..');
}
