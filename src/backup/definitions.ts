import { z } from 'zod';
import { EXIT, messageOf, VdbError } from '../errors.js';

/**
 * The part `qdrant.json` of a set, of kind `definitions`: what Qdrant's snapshots lack (aliases) or hide (settings and
 * indexes, which a restore is compared with), and some points by their values.
 */
export const DEFINITIONS = 'qdrant.json';

const collection = z.object({
  /** `result.config` of `GET /collections/{c}`. */
  config: z.record(z.string(), z.unknown()),
  /** `result.payload_schema` of the same answer: types and parameters of indexed fields. */
  payload_schema: z.record(z.string(), z.unknown()),
  /**
   * Points that had the same value before the snapshot and after it, so that they have it in the snapshot: their id
   * and the hash that `fingerprintOf` gives.
   */
  sample: z.array(z.object({ id: z.union([z.string(), z.number()]), sha256: z.string() })),
});

const definitions = z.object({
  schema: z.literal('vdb.definitions/1'),
  collections: z.record(z.string(), collection),
  /** Alias to collection. */
  aliases: z.record(z.string(), z.string()),
});

export type Definitions = z.infer<typeof definitions>;
export type CollectionDefinition = z.infer<typeof collection>;

/** Reads the definitions of the set `id`. Throws `backup.definitions-unreadable`. Pure. */
export function readDefinitions(text: string, id: string): Definitions {
  try {
    return definitions.parse(JSON.parse(text));
  } catch (error) {
    throw new VdbError(`${DEFINITIONS} of backup set ${id} cannot be read: ${messageOf(error)}`, {
      code: 'backup.definitions-unreadable',
      exitCode: EXIT.failed,
      meaning:
        'Without it a restored collection cannot be compared with what it was, and aliases are not known.',
      next: `Use another set (vdb backup list), or bring a copy of this one: vdb backup fetch ${id} --from REPOSITORY`,
    });
  }
}
