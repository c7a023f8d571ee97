import type { Command } from '../../host/command.js';
import { CommandError, type Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { TimeoutError } from '../../host/transport.js';
import { tail } from '../../text.js';
import { type BackupManifest, MANIFEST, manifestText } from '../manifest.js';
import { REMOVING } from './look.js';
import type { PartFate } from './retention.js';

/** Of deleting files, which takes long on some file systems. */
const REMOVING_SECONDS = 3600;

/** Renames a set first: from then on it is none, however far its removal comes. */
export function removeSetCommand(directory: string, id: string): Command {
  return {
    title: `remove backup set ${id}`,
    timeoutSeconds: REMOVING_SECONDS,
    script: sh`
      set -eu
      cd ${directory}
      mv -T -- ${id} ${REMOVING + id}
      sync .
      rm -rf -- ${REMOVING + id}`,
  };
}

/** Removes what is left of a set whose removal was cut short. */
export function sweepCommand(directory: string, name: string): Command {
  return {
    title: `remove what is left of backup set ${name.slice(REMOVING.length)}`,
    timeoutSeconds: REMOVING_SECONDS,
    script: sh`
      set -eu
      cd ${directory}
      rm -rf -- ${name}`,
  };
}

/** The manifest without the parts that leave, which it names as pruned. Pure. */
export function withoutParts(
  manifest: BackupManifest,
  leaving: readonly PartFate[],
  at: Date,
): BackupManifest {
  const paths = new Set(leaving.map(({ path }) => path));
  const due = leaving.filter(({ rule }) => rule === 'priority');
  const pruned = due.map(({ path, collection }) => ({ path, collection, at: at.toISOString() }));
  return {
    ...manifest,
    parts: manifest.parts.filter(({ path }) => !paths.has(path)),
    pruned: [...(manifest.pruned ?? []), ...pruned],
  };
}

/** Takes parts out of a set: out of its manifest first, so that it lacks nothing that it names at any time. */
export function removePartsCommand(
  directory: string,
  manifest: BackupManifest,
  leaving: readonly PartFate[],
): Command {
  const content = manifestText(manifest);
  const next = `.${MANIFEST}.next`;
  return {
    title: `take ${leaving.length} parts out of backup set ${manifest.id}`,
    timeoutSeconds: REMOVING_SECONDS,
    stdin: content,
    script: sh`
      set -eu
      umask 077
      cd ${`${directory}/${manifest.id}`}
      trap 'rm -f ${next}' EXIT
      cat > ${next}
      [ "$(stat -c %s ${next})" = ${Buffer.byteLength(content)} ]
      sync ${next}
      mv -fT ${next} ${MANIFEST}
      sync .
      rm -f -- ${leaving.map(({ path }) => path)}`,
  };
}

/** Why something could not be removed; null where it was. A lost connection is another matter: it is thrown. */
export async function removalFailure(host: Host, command: Command): Promise<string | null> {
  try {
    await host.run(command);
    return null;
  } catch (error) {
    if (error instanceof CommandError) return tail(error.result.stderr, 2) || error.message;
    if (error instanceof TimeoutError) return error.message;
    throw error;
  }
}
