import { EXIT, VdbError } from '../../errors.js';
import type { BackupManifest, BackupPart } from '../manifest.js';

/**
 * The manifest that a copy has once it was brought up to date with `source`: the one that names more parts, as
 * retention takes parts out of a set. Throws `backup.copy-differs` where the two are different sets of one name. Pure.
 */
export function mergedManifest(
  source: BackupManifest,
  copy: BackupManifest | undefined,
  place: string,
): BackupManifest {
  if (copy === undefined) return source;
  const parts = new Map(copy.parts.map((part) => [part.path, part]));
  const same =
    source.id === copy.id &&
    source.created === copy.created &&
    source.finished === copy.finished &&
    source.parts.every((part) => agrees(part, parts.get(part.path)));
  if (!same) throw differs(source.id, place);
  return source.parts.every(({ path }) => parts.has(path)) ? copy : source;
}

function agrees(part: BackupPart, other: BackupPart | undefined): boolean {
  return other === undefined || (part.sha256 === other.sha256 && part.bytes === other.bytes);
}

function differs(id: string, place: string): VdbError {
  return new VdbError(`${place} has another set by the name of ${id}`, {
    code: 'backup.copy-differs',
    exitCode: EXIT.failed,
    meaning:
      'Sets are named by the second at which they were begun; this one is of another host, or was changed. Nothing of it was touched.',
    next: 'Keep the sets of each host in a directory of their own.',
  });
}
