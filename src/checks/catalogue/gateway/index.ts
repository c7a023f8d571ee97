import type { Check } from '../../check.js';
import { edge } from './edge.js';
import { auth, endpoints, infrastructure, ready } from './health.js';
import { concurrency, latency, limits, rateLimit } from './load.js';
import { release, workers } from './process.js';
import { search } from './search.js';

export const gatewayChecks: readonly Check[] = [
  ready,
  edge,
  endpoints,
  infrastructure,
  auth,
  release,
  workers,
  search,
  concurrency,
  latency,
  rateLimit,
  limits,
];
