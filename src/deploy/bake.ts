/** What the edge counted for the servers of a slot, up to some moment. */
export interface Traffic {
  requests: number;
  /** Answers of 500 and above, connections and answers that failed. */
  errors: number;
  /** Mean time to answer of the last requests, in milliseconds; null where nothing was asked. */
  meanMs: number | null;
}

/** So many requests have to be there before a share or a mean says something. */
const ENOUGH_REQUESTS = 20;
const ENOUGH_ERRORS = 5;

/** The share of errors may be so much above the old slot's. */
const MORE_ERRORS = 0.01;

/** The mean time to answer may be so many times that of the old slot, or this in milliseconds. */
const TIMES_SLOWER = 3;
const FINE_MS = 100;

/** So long answers have to be slow without a break. Time, not looks: those take long as well where a release is slow. */
export const SLOW_SECONDS = 10;

/** What was counted between two moments. The mean is that of the later one; an edge that was restarted counts anew. Pure. */
export function between(before: Traffic, after: Traffic): Traffic {
  if (after.requests < before.requests || after.errors < before.errors) return after;
  return {
    requests: after.requests - before.requests,
    errors: after.errors - before.errors,
    meanMs: after.meanMs,
  };
}

/**
 * What stands against a new slot after what clients met there, beside what they met at the old one; null: nothing. Few
 * requests say nothing: then health alone decides. Pure.
 */
export function againstErrors(now: Traffic, old: Traffic): string | null {
  if (now.errors >= ENOUGH_ERRORS && shareOf(now) > shareOf(old) + MORE_ERRORS) {
    return `${now.errors} of ${now.requests} requests failed (${percent(shareOf(now))}), at the old slot ${percent(shareOf(old))}`;
  }
  return null;
}

/** The same of how long answers take. A moment says nothing: it has to stay so for {@link SLOW_SECONDS}. Pure. */
export function againstSlowness(now: Traffic, old: Traffic): string | null {
  if (now.requests < ENOUGH_REQUESTS || now.meanMs === null || old.meanMs === null) return null;
  const limit = Math.max(FINE_MS, TIMES_SLOWER * old.meanMs);
  if (now.meanMs <= limit) return null;
  return `answers take ${Math.round(now.meanMs)} ms on average, at the old slot ${Math.round(old.meanMs)} ms`;
}

/** In a line. Pure. */
export function trafficText({ requests, errors, meanMs }: Traffic): string {
  if (requests === 0) return 'no requests came';
  return `${requests} requests, ${errors} failed, ${Math.round(meanMs ?? 0)} ms on average`;
}

function shareOf({ requests, errors }: Traffic): number {
  return errors === 0 ? 0 : errors / Math.max(requests, errors);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
