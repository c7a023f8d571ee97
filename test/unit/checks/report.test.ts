import { describe, expect, it } from 'vitest';
import { fixesOf } from '../../../src/checks/report.js';
import type { CheckResult } from '../../../src/checks/result.js';

function found(id: string, fix: string, status: CheckResult['status'] = 'fail'): CheckResult {
  return { id, group: 'host', severity: 'error', status, title: 'It holds', seen: 'x', fix };
}

describe('fixesOf', () => {
  it('names each task once, of what failed or warns', () => {
    const results = [
      found('a.a', '1.1,3.1'),
      found('b.b', '3.1', 'warn'),
      found('c.c', '3.2', 'waived'),
      found('d.d', '0.2', 'unknown'),
    ];
    expect(fixesOf(results, [])).toEqual(['1.1', '3.1']);
  });

  it('takes the repair of drift, which is a whole provision, only where drift was asked for', () => {
    const results = [found('redis.ping', '3.2'), found('drift', '0.2,3.2')];
    expect(fixesOf(results, [])).toEqual(['3.2']);
    expect(fixesOf(results, ['readiness'])).toEqual(['3.2']);
    expect(fixesOf(results, ['redis', 'drift'])).toEqual(['3.2', '0.2']);
  });
});
