import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.js';
import type { Settings } from './config.js';

/** What a request needs: nothing, a key that reads, or a key with every right. */
export type Access = 'open' | 'read' | 'manage';

/** Throws 401 without a valid key, 403 where a key that only reads is not enough. */
export function authorize(
  settings: Pick<Settings, 'apiKeys' | 'readOnlyApiKeys'>,
  headers: IncomingHttpHeaders,
  access: Access,
): void {
  const { apiKeys, readOnlyApiKeys } = settings;
  if (access === 'open' || apiKeys.length + readOnlyApiKeys.length === 0) return;
  const key = keyOf(headers);
  if (key === undefined)
    throw new ApiError(401, 'Must provide an API key or an Authorization bearer token', true);
  if (apiKeys.some((each) => same(each, key))) return;
  if (!readOnlyApiKeys.some((each) => same(each, key)))
    throw new ApiError(401, 'Invalid API key or JWT', true);
  if (access === 'manage') throw new ApiError(403, 'Forbidden: Global manage access is required');
}

function keyOf(headers: IncomingHttpHeaders): string | undefined {
  const own = headers['api-key'];
  if (typeof own === 'string') return own;
  return /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
