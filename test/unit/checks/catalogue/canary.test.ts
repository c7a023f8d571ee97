import { expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import type { CheckContext } from '../../../../src/checks/check.js';
import { resultOf } from '../../../../src/checks/result.js';
import { known } from '../../../../src/host/probe.js';
import { contextOf } from '../support.js';

function judged(canary: CheckContext['canary']) {
  const check = CATALOGUE.find(({ id }) => id === 'canary');
  if (check === undefined) throw new Error('no canary');
  return resultOf(check, [], { ...contextOf(), canary });
}

it('passes with its times', () => {
  const seen = judged(known({ upsertMs: 4.4, queryMs: 2.6, deleteMs: 1 }));
  expect(seen).toMatchObject({ status: 'pass', seen: 'write 4 ms, query 3 ms, delete 1 ms' });
});

it('fails with what Qdrant said', () => {
  const seen = judged(known({ failure: 'Qdrant could not serve a test write: disk full' }));
  expect(seen).toMatchObject({
    status: 'fail',
    severity: 'error',
    seen: expect.stringContaining('disk full'),
  });
});

it('is unknown where the port cannot be forwarded', () => {
  expect(judged({ status: 'unknown', why: 'forwarding is forbidden' }).status).toBe('unknown');
});
