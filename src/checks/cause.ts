import type { Group } from './check.js';
import type { CheckResult } from './result.js';

/** The check on which all others of a group depend to see anything. */
const ROOTS: Readonly<Partial<Record<Group, string>>> = {
  qdrant: 'qdrant.livez',
  collections: 'qdrant.livez',
  capacity: 'qdrant.livez',
  canary: 'qdrant.livez',
  postgres: 'postgres.accepts',
  redis: 'redis.ping',
  gateway: 'gateway.ready',
  tls: 'gateway.edge',
  python: 'python.environment',
};

/** Those that need another, or more than one. */
const OWN_ROOTS: Readonly<Record<string, readonly string[]>> = {
  'collections.count': ['qdrant.livez', 'postgres.accepts'],
  ...Object.fromEntries(
    ['infrastructure', 'search', 'concurrency', 'latency', 'rate-limit', 'limits'].map((name) => [
      `gateway.${name}`,
      ['gateway.ready', 'gateway.auth'],
    ]),
  ),
};

/** Every check that is named as a cause. */
export const ROOT_IDS: readonly string[] = [
  ...new Set([...Object.values(ROOTS), ...Object.values(OWN_ROOTS).flat()]),
];

/**
 * One cause makes a dozen checks unknown: what could not be seen names the check that tells why, where that one did
 * not pass either. One that did not run may tell. Pure.
 */
export function withCauses(results: readonly CheckResult[]): CheckResult[] {
  return results.map((result) => {
    const { id, group, status, remedy } = result;
    const own = OWN_ROOTS[id] ?? [ROOTS[group] ?? []].flat();
    if (status !== 'unknown' || own.includes(id) || remedy === undefined) return result;
    const ran = results.filter((each) => own.includes(each.id));
    const causes = ran.filter(({ status }) => status !== 'pass' && status !== 'skip').map((each) => each.id);
    if (causes.length > 0) {
      return { ...result, remedy: `See ${causes.join(' and ')}: repair that first, then check again.` };
    }
    const silent = own.filter((root) => !ran.some((each) => each.id === root));
    if (silent.length === 0) return result;
    return { ...result, remedy: `${remedy} ${silent.join(' and ')} may tell what it is.` };
  });
}
