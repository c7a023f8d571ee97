import type { Config } from '../config/schema.js';
import type { CheckResult } from './result.js';

type Waiver = Config['checks']['waivers'][number];

/**
 * A finding that is accepted for a time does not stand in the way; after that day (UTC) it does again, and says
 * so. What could not be seen is no finding, so it is never waived. `today` is as in `2030-01-31`. Pure.
 */
export function withWaiver(result: CheckResult, waivers: readonly Waiver[], today: string): CheckResult {
  if (result.status !== 'fail' && result.status !== 'warn') return result;
  const own = waivers.filter(({ id }) => id === result.id);
  const [last] = [...own].sort((a, b) => b.expires.localeCompare(a.expires));
  if (last === undefined) return result;
  const { owner, reason, expires } = last;
  const expired = expires < today;
  const waiver = { owner, reason, expires, expired };
  return expired ? { ...result, waiver } : { ...result, status: 'waived', waiver };
}
