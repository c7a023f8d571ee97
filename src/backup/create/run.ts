import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import type { Command } from '../../host/command.js';
import type { Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import type { ExecResult } from '../../host/transport.js';
import type { BackupPart } from '../manifest.js';
import { readProgress, type SealedPart } from './answer.js';
import type { OnBackupEvent, PlannedPart } from './events.js';
import type { Sizes } from './preflight.js';
import type { QdrantPlace } from './snapshot.js';

/** What all parts of a run share. */
export interface Run {
  host: Host;
  config: Config;
  qdrant: QdrantPlace;
  /** The directory of the set. */
  directory: string;
  /** What is expected. */
  sizes: Sizes;
  /** Aborted when the operator wants no further part. */
  stop: AbortSignal;
  onEvent: OnBackupEvent;
  remark(text: string): void;
  /** Runs the command of a part and tells its progress. */
  run(command: Command, part: PlannedPart): Promise<ExecResult>;
  removePart(path: string): Promise<void>;
}

/** Thrown between two parts, when the operator wants no further one. */
export class Interrupted extends Error {}

export function newRun(given: Omit<Run, 'remark' | 'run' | 'removePart'>): Run {
  const { host, onEvent, directory } = given;
  return {
    ...given,
    remark: (text) => onEvent({ type: 'remark', text }),
    run: (command, part) =>
      host.run(command, {
        onLine: (line) => {
          const progress = readProgress(line);
          if (progress !== undefined) onEvent({ type: 'part-progress', part, ...progress });
        },
      }),
    async removePart(path) {
      await host.run({ title: `remove ${path}`, script: sh`rm -f -- ${join(directory, path)}` });
    },
  };
}

/** A part as the manifest has it. */
export function partOf(
  { path, kind, collection, database }: PlannedPart,
  { bytes, sha256, from, until }: SealedPart,
): BackupPart {
  return {
    ...{ path, bytes, sha256, kind, from, until },
    ...(collection === undefined ? {} : { collection }),
    ...(database === undefined ? {} : { database }),
  };
}
