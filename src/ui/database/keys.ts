import type { ApiKey } from '../../database/keys.js';
import { dayOf } from '../../text.js';
import { columns } from '../columns.js';
import { shortened, styleFor } from '../style.js';

const HEADER = ['ID', 'NAME', 'SCOPES', 'MADE', 'EXPIRES', 'LAST USED', 'STATE'];

/** The keys for people, those in force first as given; what is no longer in force is dimmed. */
export function keysText(
  keys: readonly ApiKey[],
  { now, color, width }: { now: Date; color: boolean; width: number },
): string {
  const style = styleFor(color);
  const [head = '', ...lines] = columns([HEADER, ...keys.map((key) => row(key, now))])
    .split('\n')
    .map((line) => shortened(line.trimEnd(), width));
  return [
    style.dim(head),
    ...lines.map((line, index) =>
      stateOf(keys[index] as ApiKey, now) === 'in force' ? line : style.dim(line),
    ),
  ].join('\n');
}

function row(key: ApiKey, now: Date): string[] {
  const { id, name, scopes, createdAt, expiresAt, lastUsedAt } = key;
  return [id, name, scopes.join(','), day(createdAt), day(expiresAt), day(lastUsedAt), stateOf(key, now)];
}

function day(instant: string | null): string {
  return instant === null ? '-' : dayOf(new Date(instant));
}

/** Whether a key is let in: the gateway refuses one that expired or was revoked. */
export function stateOf({ revokedAt, expiresAt }: ApiKey, now: Date): 'in force' | 'revoked' | 'expired' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && new Date(expiresAt) <= now ? 'expired' : 'in force';
}

/** The same for machines. */
export function keyData(key: ApiKey, now: Date): Record<string, unknown> {
  const { id, name, scopes, createdAt, expiresAt, revokedAt, lastUsedAt } = key;
  return {
    ...{ id, name, scopes, state: stateOf(key, now), created_at: createdAt, expires_at: expiresAt },
    ...{ revoked_at: revokedAt, last_used_at: lastUsedAt },
  };
}
