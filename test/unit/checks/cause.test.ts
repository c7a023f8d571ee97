import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { ROOT_IDS, withCauses } from '../../../src/checks/cause.js';
import type { CheckStatus, Group } from '../../../src/checks/check.js';
import type { CheckResult } from '../../../src/checks/result.js';
import { runChecks } from '../../../src/checks/run.js';
import { selectChecks } from '../../../src/checks/select.js';
import { localHost } from './local-host.js';
import { contextOf } from './support.js';

const REMEDY = 'Repair what kept it from being seen, then check again.';

function result(id: string, status: CheckStatus): CheckResult {
  const group = id.split('.')[0] as Group;
  return { ...{ id, group, status, severity: 'error', title: id, seen: 'x' }, remedy: REMEDY };
}

/** The remedy of the first of these. */
function remedyOf(...results: CheckResult[]): string | undefined {
  return withCauses(results)[0]?.remedy;
}

describe('what could not be seen', () => {
  it.each<[string, CheckResult[], string]>([
    [
      'qdrant.version',
      [result('qdrant.livez', 'fail')],
      'See qdrant.livez: repair that first, then check again.',
    ],
    [
      'capacity.disk',
      [result('qdrant.livez', 'waived')],
      'See qdrant.livez: repair that first, then check again.',
    ],
    ['redis.auth', [result('redis.ping', 'unknown')], 'See redis.ping: repair that first, then check again.'],
    [
      'collections.count',
      [result('qdrant.livez', 'pass'), result('postgres.accepts', 'fail')],
      'See postgres.accepts: repair that first, then check again.',
    ],
    [
      'collections.count',
      [result('qdrant.livez', 'fail'), result('postgres.accepts', 'fail')],
      'See qdrant.livez and postgres.accepts: repair that first, then check again.',
    ],
  ])('names the check that tells why: %s', (id, others, remedy) => {
    expect(remedyOf(result(id, 'unknown'), ...others)).toBe(remedy);
  });

  it.each(['gateway.search', 'gateway.limits', 'gateway.infrastructure'])('names the key for %s', (id) => {
    expect(
      remedyOf(result(id, 'unknown'), result('gateway.ready', 'pass'), result('gateway.auth', 'fail')),
    ).toBe('See gateway.auth: repair that first, then check again.');
  });

  it('does not blame what was skipped', () => {
    const others = [result('gateway.ready', 'fail'), result('gateway.auth', 'skip')];
    expect(remedyOf(result('gateway.search', 'unknown'), ...others)).toContain('See gateway.ready:');
  });

  it('does not blame what passed', () => {
    expect(remedyOf(result('qdrant.version', 'unknown'), result('qdrant.livez', 'pass'))).toBe(REMEDY);
    expect(
      remedyOf(
        result('collections.size', 'unknown'),
        result('qdrant.livez', 'pass'),
        result('postgres.accepts', 'fail'),
      ),
    ).toBe(REMEDY);
  });

  it('says which check may tell, where that one did not run', () => {
    expect(remedyOf(result('collections.set', 'unknown'))).toBe(
      `${REMEDY} qdrant.livez may tell what it is.`,
    );
  });

  it('keeps its remedy where nothing else tells why, and so does what was seen', () => {
    expect(remedyOf(result('redis.ping', 'unknown'))).toBe(REMEDY);
    expect(remedyOf(result('host.os', 'unknown'))).toBe(REMEDY);
    expect(remedyOf(result('qdrant.version', 'fail'), result('qdrant.livez', 'fail'))).toBe(REMEDY);
  });

  it('names checks that there are', () => {
    expect(CATALOGUE.map(({ id }) => id)).toEqual(expect.arrayContaining([...ROOT_IDS]));
  });

  it('names the cause in a run in which Qdrant does not listen', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    await new Promise((done) => server.close(done));
    const context = contextOf();
    context.config.qdrant.slots.blue.http = port;
    const checks = selectChecks(CATALOGUE, { words: ['qdrant.livez', 'qdrant.genuine', 'qdrant.version'] });
    const results = await runChecks(localHost(), checks, { context, lookAtPlan: async () => [] });
    const unseen = results.filter(({ status }) => status === 'unknown');
    expect(unseen.map(({ id }) => id)).toEqual(['qdrant.genuine', 'qdrant.version']);
    for (const { remedy } of unseen) expect(remedy).toContain('See qdrant.livez');
  });
});
