import { type CanaryOutcome, sing } from '../canary.js';
import { type Check, defineCheck } from '../check.js';
import { fail, pass, whenThere } from '../verdict.js';
import { log } from './qdrant/ask.js';

const canary = defineCheck<CanaryOutcome>({
  id: 'canary',
  group: 'canary',
  severity: 'error',
  title: 'Qdrant takes a write, finds it and forgets it',
  looksAt:
    'a point that is written to a collection of its own, found and deleted, through a port that SSH forwards',
  why: 'A server can answer its health endpoints and still refuse writes: a full disk, a stuck consensus.',
  optIn: true,
  look: ({ host, context }) => sing(host, context.config, context.slot),
  judge: ([outcome]) =>
    whenThere(outcome, 'Qdrant was not asked', (outcome) => {
      if ('failure' in outcome)
        return fail(outcome.failure, 'a written point is found, and gone once deleted');
      const [write, query, forget] = [outcome.upsertMs, outcome.queryMs, outcome.deleteMs].map(Math.round);
      return pass(`write ${write} ms, query ${query} ms, delete ${forget} ms`);
    }),
  remedy: 'Read the log of the unit; check with vdb check qdrant storage.',
  inspect: log,
});

export const canaryChecks: readonly Check[] = [canary];
