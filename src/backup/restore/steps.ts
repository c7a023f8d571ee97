import type { Config } from '../../config/schema.js';
import type { Host } from '../../host/host.js';
import type { Definitions } from '../definitions.js';
import { setDirectory } from '../set.js';
import type { RestoredCollection } from './collections.js';
import type { RestoredDatabase } from './database.js';
import type { CollectionAction, PlannedAlias, RestorePlan } from './plan.js';
import type { RestorePlace } from './present.js';

/** What happens while a set is restored, for whoever shows it. */
export type RestoreEvent =
  | { type: 'step-started'; step: string; bytes: number }
  | { type: 'step-finished'; step: string; bytes: number; durationMs: number };

export interface RestoreOptions {
  host: Host;
  config: Config;
  qdrant: RestorePlace;
  plan: RestorePlan;
  /** Null where no collection is restored. */
  definitions: Definitions | null;
  /** `user@machine`, for the record. */
  by: string;
  /** Aborted when no further step is to begin. */
  stop: AbortSignal;
  onEvent(event: RestoreEvent): void;
}

/** A collection as it was restored, and what became of its name. */
export interface ReportedCollection extends RestoredCollection {
  name: string;
  action: CollectionAction;
  kept: string | null;
  /** For how long its name meant nothing, while it was exchanged. */
  namelessMs: number;
}

/** What a restore has done. */
export interface RestoreReport {
  restore: string;
  interrupted: boolean;
  collections: ReportedCollection[];
  aliases: readonly PlannedAlias[];
  databases: (RestoredDatabase & { database: string; kept: string | null })[];
  redis: { keys: number; expired: number; kept: string } | null;
  configuration: { files: string[]; kept: string | null } | null;
}

/** Thrown between two steps, when no further one is wanted. */
export class Stopped extends Error {}

/** Does one thing and tells of it. Throws {@link Stopped} where it must not begin. */
export async function step<T>(
  { onEvent, stop }: Pick<RestoreOptions, 'onEvent' | 'stop'>,
  name: string,
  bytes: number,
  work: () => Promise<T>,
): Promise<T> {
  if (stop.aborted) throw new Stopped();
  onEvent({ type: 'step-started', step: name, bytes });
  const since = performance.now();
  const result = await work();
  onEvent({ type: 'step-finished', step: name, bytes, durationMs: Math.round(performance.now() - since) });
  return result;
}

/** Whether a restore has begun to change what clients get. */
export interface Turn {
  begun: boolean;
}

/** To be called right before the first change. Throws {@link Stopped} where it is not wanted any more. */
export function act({ stop }: Pick<RestoreOptions, 'stop'>, turn: Turn): void {
  if (!turn.begun && stop.aborted) throw new Stopped();
  turn.begun = true;
}

/** From the first change on a signal waits: half of the switches is worse than all of them or none. */
export function unlessBegun<Options extends Pick<RestoreOptions, 'stop'>>(
  options: Options,
  { begun }: Turn,
): Options {
  return begun ? { ...options, stop: new AbortController().signal } : options;
}

/** The directory of the set. */
export function sourceOf({ config, plan }: Pick<RestoreOptions, 'config' | 'plan'>): string {
  return setDirectory(config, plan.set);
}
