import { basename, dirname, join } from 'node:path';
import type { Command } from '../../host/command.js';
import { CommandError, type Host } from '../../host/host.js';
import { type Script, sh } from '../../host/shell.js';
import { tail } from '../../text.js';
import { MANIFEST, MANIFEST_TO_BE } from '../manifest.js';
import { SET_ID_GLOB } from '../set.js';
import { REMOVING } from '../sets/look.js';
import { removalFailure, removeSetCommand, sweepCommand } from '../sets/remove.js';
import { INTENT_PREFIX } from './files.js';
import { collectionVariables, type QdrantPlace, snapshotTools } from './snapshot.js';
import { TOOLS } from './tools.js';

/** A snapshot that a run had asked for when it was killed. */
interface Intent {
  /** The file that says so. */
  file: string;
  collection: string;
}

/** Directories without a manifest, by name. */
interface Debris {
  /** What is left of sets whose removal was cut short. */
  halfRemoved: string[];
  /** Begun by a run that was killed. */
  unfinished: string[];
  /** Of which no run of ours is known: a set that has lost its manifest, or one that is being copied. */
  strays: string[];
  intents: Intent[];
}

/**
 * Removes what runs that were killed have left: directories that they have marked as theirs, and what they left in
 * Qdrant. The lock is held, so that nobody is at work on them. Gives remarks for people: on what could not be removed,
 * and on what is nobody's. Throws only where nothing can be done on the host any more.
 */
export async function sweep(host: Host, backups: string, qdrant: QdrantPlace): Promise<string[]> {
  const { halfRemoved, unfinished, strays, intents } = await lookForDebris(host, backups);
  const remarks = strays.map((id) => strayRemark(join(backups, id)));
  const kept = new Set<string>();
  for (const intent of intents) {
    const left = await settle(host, qdrant, intent);
    if (left === null) continue;
    remarks.push(left.remark);
    if (left.keep) kept.add(basename(dirname(intent.file)));
  }
  const steps = [
    ...halfRemoved.map((name) => ({ name, command: sweepCommand(backups, name) })),
    ...unfinished
      .filter((id) => !kept.has(id))
      .map((id) => ({ name: id, command: removeSetCommand(backups, id) })),
  ];
  for (const { name, command } of steps) {
    const why = await removalFailure(host, command);
    if (why !== null) remarks.push(`What was left in ${join(backups, name)} could not be removed: ${why}`);
  }
  return remarks;
}

function strayRemark(directory: string): string {
  return `${directory} has no manifest and was begun by no backup of this host, so it is no set, and is left alone. Where it is no copy under way, vdb backup fetch may complete it; else remove it.`;
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
    cd -- ${backups}
    find . -mindepth 1 -maxdepth 1 -type d -name ${`${REMOVING}${SET_ID_GLOB}`} -printf 'removing %f\n'
    find . -mindepth 1 -maxdepth 1 -type d -name ${SET_ID_GLOB} -printf '%f\n' | sort | while IFS= read -r id; do
      [ ! -e "$id/${MANIFEST}" ] || continue
      [ -e "$id/${MANIFEST_TO_BE}" ] || { printf 'stray %s\n' "$id"; continue; }
      printf 'unfinished %s\n' "$id"
      for intent in "$PWD/$id/${INTENT_PREFIX}"*; do
        [ ! -f "$intent" ] || printf 'intent %s %s\n' "$(head -n 1 -- "$intent" | base64 -w 0)" "$intent"
      done
    done`;
}

/** Pure. */
export function readDebris(stdout: string): Debris {
  const named = (word: string): string[] =>
    [...stdout.matchAll(new RegExp(`^${word} (.+)$`, 'gm'))].map(([, name = '']) => name);
  const intents = [...stdout.matchAll(/^intent (\S+) (.+)$/gm)].map(([, name = '', file = '']) => ({
    file,
    collection: Buffer.from(name, 'base64').toString('utf8').trimEnd(),
  }));
  return {
    halfRemoved: named('removing'),
    unfinished: named('unfinished'),
    strays: named('stray'),
    intents,
  };
}

/** Removes what a killed run has left in Qdrant, where it can be told which that is; else says what may be left. */
async function settle(
  host: Host,
  qdrant: QdrantPlace,
  intent: Intent,
): Promise<{ remark: string; keep: boolean } | null> {
  const { collection } = intent;
  const where = join(qdrant.snapshots, collection);
  const said = await host.run(settleCommand(qdrant, intent)).then(
    ({ stdout }) => stdout.trim(),
    (error: unknown) => {
      if (error instanceof CommandError) return `failed ${tail(error.result.stderr, 1)}`;
      throw error;
    },
  );
  if (said === 'settled') return null;
  if (said === 'making')
    return {
      keep: true,
      remark: `Qdrant still makes a snapshot of ${collection} for a run that was killed; the next backup removes it`,
    };
  if (said.startsWith('several '))
    return {
      keep: false,
      remark: `A run that was killed may have left a snapshot in ${where}; which one is not known: ${said.slice('several '.length)}`,
    };
  return {
    keep: true,
    remark: `What a run that was killed has left in ${where} could not be removed: ${said.replace(/^failed /, '')}`,
  };
}

function settleCommand(qdrant: QdrantPlace, { file, collection }: Intent): Command {
  return {
    title: `remove what is left of a snapshot of ${collection}`,
    script: sh`
      ${TOOLS}
      intent=${file}
      ${snapshotTools(qdrant)}
      ${collectionVariables(collection, qdrant)}
      before=$(tail -n +2 -- "$intent")
      latest=$(date -u -d "@$(($(stat -c %Y -- "$intent") + 2))" +%Y-%m-%d-%H-%M-%S)
      if making; then say making; exit; fi
      forget || { say "several $(stems | tr '\n' ' ')"; exit; }
      say settled`,
  };
}
