import type { Config } from '../config/schema.js';
import { messageOf, VdbError } from '../errors.js';
import type { Host } from '../host/host.js';
import type { DatabaseLook } from './look.js';
import { askCitadel } from './run.js';

/** Writes that PostgreSQL has and Qdrant has yet to get. */
export type Outbox =
  | { state: 'seen'; waiting: number; rejected: number; oldestSeconds: number | null }
  | { state: 'unknown'; why: string };

/** Asks the layer for its outbox, where it can be asked. */
export async function lookAtOutbox(host: Host, config: Config, look: DatabaseLook): Promise<Outbox> {
  const why = unasked(look);
  if (why !== null) return { state: 'unknown', why };
  try {
    const answer = await askCitadel(host, config, { failure: 'The outbox was not seen', args: ['status'] });
    return outboxOf(answer);
  } catch (error) {
    if (error instanceof VdbError && error.details.code.startsWith('db.'))
      return { state: 'unknown', why: messageOf(error) };
    throw error;
  }
}

function unasked({ lacking, missing, place }: DatabaseLook): string | null {
  if (lacking !== null) return 'the layer cannot run';
  return place.status === 'known' && place.pending.length === 0 && missing.length === 0
    ? null
    : 'the schema is not that of the layer';
}

function outboxOf({ outbox }: Record<string, unknown>): Outbox {
  const seen = (outbox ?? {}) as Readonly<Record<string, unknown>>;
  const { waiting, rejected, oldest_seconds: oldestSeconds } = seen;
  if (typeof waiting !== 'number' || typeof rejected !== 'number')
    return { state: 'unknown', why: 'unreadable answer of the database layer' };
  const age = typeof oldestSeconds === 'number' ? oldestSeconds : null;
  return { state: 'seen', waiting, rejected, oldestSeconds: age };
}
