/**
 * The day of the last release of each major version, after which it gets no security fixes.
 * Source: https://www.postgresql.org/support/versioning/, read in November 2026.
 */
const LAST_RELEASE: Readonly<Record<number, string>> = {
  13: '2025-11-13',
  14: '2026-11-12',
  15: '2027-11-11',
  16: '2028-11-09',
  17: '2029-11-08',
  18: '2030-11-14',
};

const OLDEST_LISTED = 13;

/** Until when a major version of PostgreSQL is supported, at the end of that day in UTC; undefined when not listed. */
export function supportedUntil(major: number): Date | undefined {
  const day = LAST_RELEASE[Math.max(major, OLDEST_LISTED)];
  return day === undefined ? undefined : new Date(`${day}T23:59:59Z`);
}
