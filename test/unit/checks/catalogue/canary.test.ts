import { expect, it } from 'vitest';
import { known, type Observation } from '../../../../src/host/probe.js';
import { judged as judgedAs } from '../support.js';

function judged(canary: Observation<unknown>) {
  return judgedAs('canary', [canary]);
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
