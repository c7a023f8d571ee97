import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import type { Command } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import { type BackupManifest, MANIFEST, MANIFEST_TO_BE, manifestText } from '../manifest.js';
import { setDirectory, setIdOf } from '../set.js';
import { readSealed, type SealedPart } from './answer.js';
import { INTENT_PREFIX } from './files.js';
import { TOOLS } from './tools.js';

/** A set that is being taken. */
export interface Begun {
  id: string;
  /** By the host's clock. */
  created: Date;
  directory: string;
}

/** Makes the directory of a new set, named by this second of the host's clock. */
export async function beginSet(host: Host, config: Pick<Config, 'paths'>): Promise<Begun> {
  const { stdout } = await host.run(beginCommand(config.paths.backups));
  const created = new Date(stdout.trim());
  const id = setIdOf(created);
  return { id, created, directory: setDirectory(config, id) };
}

function beginCommand(backups: string): Command {
  return {
    title: 'begin a backup set',
    script: sh`
      set -euo pipefail
      umask 077
      backups=${backups}
      [ -d "$backups" ] || install -d -m 0700 -- "$backups"
      for attempt in 1 2 3 4; do
        now=$(date -u +%Y-%m-%dT%H:%M:%S)
        set=$backups/$(date -u -d "$now Z" +%Y%m%dT%H%M%SZ)
        if mkdir -- "$set" 2>/dev/null; then : >"$set"/${MANIFEST_TO_BE}; echo "\${now}Z"; exit; fi
        sleep 1
      done
      echo "no set can be begun in $backups: $(ls -ld -- "$backups")" >&2
      exit 1`,
  };
}

/** Writes a file of ours into the set and seals it. */
export function writtenPartCommand(directory: string, path: string, content: string): Command {
  return {
    title: `write ${path}`,
    stdin: content,
    script: sh`
      ${TOOLS}
      part=${join(directory, path)}
      from=$(instant)
      cat >"$part"
      [ "$(stat -c %s -- "$part")" = ${Buffer.byteLength(content)} ] || fail "Only a part of it arrived"
      seal "$part"
      tell_part "$from" "$from"`,
  };
}

/** Makes a set of the directory: everything is on the disk before its manifest is, and that comes by a rename. */
export function manifestCommand(directory: string, manifest: BackupManifest): Command {
  const text = manifestText(manifest);
  return {
    title: `write ${MANIFEST}`,
    stdin: text,
    timeoutSeconds: 600,
    script: sh`
      set -euo pipefail
      umask 077
      cd -- ${directory}
      find . -mindepth 1 -type d -exec sync -- {} +
      cat >${MANIFEST_TO_BE}
      [ "$(stat -c %s ${MANIFEST_TO_BE})" = ${Buffer.byteLength(text)} ] || { echo 'only a part of it arrived' >&2; exit 1; }
      sync ${MANIFEST_TO_BE} .
      mv -fT ${MANIFEST_TO_BE} ${MANIFEST}
      sync . ..`,
  };
}

/**
 * Takes away what a run has made that did not come to its end. What Qdrant may still hold of it stays written down,
 * for the next run to remove, and so does that it was ours, until nothing else is there.
 */
export function discardCommand(directory: string): Command {
  return {
    title: 'remove the unfinished set',
    timeoutSeconds: 600,
    script: sh`
      set -euo pipefail
      [ -d ${directory} ] || exit 0
      cd -- ${directory}
      [ ! -e ${MANIFEST} ] || { echo "it is a finished set" >&2; exit 1; }
      find . -mindepth 1 -maxdepth 1 ! -name ${`${INTENT_PREFIX}*`} ! -name ${MANIFEST_TO_BE} -exec rm -rf -- {} +
      [ -z "$(find . -mindepth 1 ! -name ${MANIFEST_TO_BE})" ] || exit 0
      rm -f -- ${MANIFEST_TO_BE}
      cd /
      rmdir -- ${directory}`,
  };
}

/** Reads what a script of one part says. */
export function sealedOf({ stdout }: { stdout: string }): SealedPart {
  return readSealed(stdout);
}
