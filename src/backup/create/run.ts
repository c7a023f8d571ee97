import { join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Command } from '../../host/command.js';
import { CommandError, type Host } from '../../host/host.js';
import { sh } from '../../host/shell.js';
import type { ExecResult } from '../../host/transport.js';
import { tail } from '../../text.js';
import type { BackupPart } from '../manifest.js';
import { readProgress, type SealedPart } from './answer.js';
import type { OnBackupEvent, PlannedPart } from './events.js';
import type { QdrantPlace } from './snapshot.js';
import type { Sizes } from './space.js';

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
  warn(text: string): void;
  /** Runs the command of a part and tells its progress. */
  run(command: Command, part: PlannedPart): Promise<ExecResult>;
  removePart(path: string): Promise<void>;
}

/** Thrown between two parts, when the operator wants no further one. */
export class Interrupted extends Error {}

export function newRun(given: Omit<Run, 'remark' | 'warn' | 'run' | 'removePart'>): Run {
  const { host, onEvent, directory } = given;
  return {
    ...given,
    remark: (text) => onEvent({ type: 'remark', text, isSerious: false }),
    warn: (text) => onEvent({ type: 'remark', text, isSerious: true }),
    run: async (command, part) => {
      const onLine = (line: string): void => {
        const progress = readProgress(line);
        if (progress !== undefined) onEvent({ type: 'part-progress', part, ...progress });
      };
      try {
        return await host.run(command, { onLine });
      } catch (error) {
        throw error instanceof CommandError ? partFailed(part, error) : error;
      }
    },
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

/** The host's last word says what happened; a full disk is told in the words of whoever met it. */
function partFailed({ path }: PlannedPart, { details }: CommandError): VdbError {
  const { host, command, stderr = '' } = details;
  const isFull = /no space left on device|not enough (disk )?space|disk full|os error 28/i.test(stderr);
  const last = tail(stderr, 1);
  return new VdbError(
    isFull ? `The disk of the host was full before ${path} was taken` : `${path} could not be taken: ${last}`,
    {
      code: isFull ? 'backup.no-space' : 'backup.part-failed',
      exitCode: EXIT.failed,
      ...(host === undefined ? {} : { host }),
      ...(command === undefined ? {} : { command }),
      ...(stderr === '' ? {} : { stderr }),
      meaning: 'There is no set of this run. What it had made was removed, from Qdrant too.',
      next: isFull ? 'Make room, for example with vdb backup prune, and take the set again.' : 'vdb check',
    },
  );
}
