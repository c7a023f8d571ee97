import { join } from 'node:path';
import type { Host } from '../../host/host.js';
import { type Script, sh } from '../../host/shell.js';
import { MANIFEST } from '../manifest.js';
import { SET_ID_GLOB } from '../set.js';
import { INTENT_PREFIX } from './files.js';
import { collectionVariables, type QdrantPlace, snapshotTools } from './snapshot.js';
import { TOOLS } from './tools.js';

/** A snapshot that a run had asked for when it was killed. */
interface Intent {
  /** The file that says so. */
  file: string;
  collection: string;
}

/** What lies there of runs that were killed. */
interface Debris {
  /** Directories that are no sets: unfinished ones, and such as were being removed. */
  directories: string[];
  intents: Intent[];
}

/** What was swept, for people. */
export interface Swept {
  removed: string[];
  remarks: string[];
}

/**
 * Removes what runs that were killed have left: directories without a manifest, and what they left in Qdrant. The
 * lock is held, so that nobody is at work on them.
 */
export async function sweep(host: Host, backups: string, qdrant: QdrantPlace): Promise<Swept> {
  const { directories, intents } = await lookForDebris(host, backups);
  const remarks: string[] = [];
  const kept = new Set<string>();
  for (const intent of intents) {
    const left = await settle(host, qdrant, intent);
    if (left === null) continue;
    remarks.push(left.remark);
    if (left.keep) kept.add(intent.file.slice(0, intent.file.lastIndexOf('/')));
  }
  const removed = directories.filter((directory) => !kept.has(directory));
  if (removed.length > 0) await host.run(removeCommand(removed));
  return { removed, remarks };
}

async function lookForDebris(host: Host, backups: string): Promise<Debris> {
  const { stdout, exitCode, stderr } = await host.read(debrisScript(backups));
  if (exitCode !== 0) throw new Error(`${backups} could not be listed: ${stderr.trim()}`);
  return readDebris(stdout);
}

function debrisScript(backups: string): Script {
  return sh`
    set -euo pipefail
    [ -d ${backups} ] || exit 0
    find ${backups} -mindepth 1 -maxdepth 1 -type d -name '.removing-*' -printf 'directory %p\n'
    find ${backups} -mindepth 1 -maxdepth 1 -type d -name ${SET_ID_GLOB} -print | while IFS= read -r set; do
      [ ! -e "$set/${MANIFEST}" ] || continue
      printf 'directory %s\n' "$set"
      for intent in "$set/${INTENT_PREFIX}"*; do
        [ ! -f "$intent" ] || printf 'intent %s %s\n' "$(head -n 1 -- "$intent" | base64 -w 0)" "$intent"
      done
    done`;
}

/** Pure. */
export function readDebris(stdout: string): Debris {
  const intents = [...stdout.matchAll(/^intent (\S+) (.+)$/gm)].map(([, name = '', file = '']) => ({
    file,
    collection: Buffer.from(name, 'base64').toString('utf8').trimEnd(),
  }));
  return { directories: [...stdout.matchAll(/^directory (.+)$/gm)].map(([, path = '']) => path), intents };
}

/** Removes what a killed run has left in Qdrant, where it can be told which that is; else says what may be left. */
async function settle(
  host: Host,
  qdrant: QdrantPlace,
  { file, collection }: Intent,
): Promise<{ remark: string; keep: boolean } | null> {
  const { stdout } = await host.run({
    title: `remove what is left of a snapshot of ${collection}`,
    script: sh`
      ${TOOLS}
      intent=${file}
      ${snapshotTools(qdrant)}
      ${collectionVariables(collection, qdrant)}
      before=$(tail -n +2 -- "$intent")
      if api --max-time 10 "$base_url/metrics" 2>/dev/null | grep -F 'snapshot_creation_running{id="'"$collection"'"' | grep -qv ' 0$'; then say making; exit; fi
      forget || { say "several $(stems | tr '\n' ' ')"; exit; }
      say settled`,
  });
  const said = stdout.trim();
  const where = join(qdrant.snapshots, collection);
  if (said === 'settled') return null;
  if (said === 'making')
    return {
      keep: true,
      remark: `Qdrant still makes a snapshot of ${collection} for a run that was killed; the next backup removes it`,
    };
  return {
    keep: false,
    remark: `A run that was killed may have left a snapshot in ${where}; which one is not known: ${said.replace(/^several /, '').trim()}`,
  };
}

function removeCommand(directories: readonly string[]) {
  return {
    title: 'remove what was left of runs that were killed',
    timeoutSeconds: 600,
    script: sh`rm -rf -- ${directories}`,
  };
}
