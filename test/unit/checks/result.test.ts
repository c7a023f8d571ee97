import { describe, expect, it } from 'vitest';
import { type CheckStatus, defineCheck, type Severity } from '../../../src/checks/check.js';
import { blockingIds, type CheckResult, isReady, resultOf } from '../../../src/checks/result.js';
import { contextOf } from './support.js';

function result(
  status: CheckStatus,
  severity: Severity = 'critical',
  changes: Partial<CheckResult> = {},
): CheckResult {
  return {
    id: `${severity}.${status}`,
    group: 'host',
    severity,
    status,
    title: 'It holds',
    seen: 'x',
    ...changes,
  };
}

function checked(status: CheckStatus, severity: Severity) {
  const check = defineCheck({
    id: 'host.thing',
    group: 'host',
    severity,
    title: 'It holds',
    looksAt: 'it',
    why: 'It would not hold.',
    judge: () => ({ status, seen: 'x' }),
    remedy: 'Mend it.',
    fix: '0.2',
  });
  return resultOf(check, [], contextOf());
}

describe('resultOf', () => {
  it('gives a failure with its remedy and the task that repairs it', () => {
    expect(checked('fail', 'error')).toMatchObject({ status: 'fail', remedy: 'Mend it.', fix: '0.2' });
  });

  it('makes a failed warning a warning', () => {
    expect(checked('fail', 'warning').status).toBe('warn');
  });

  it('does not offer the repair of a failure for what could not be seen', () => {
    const unseen = checked('unknown', 'error');
    expect(unseen.remedy).not.toBe('Mend it.');
    expect(unseen.fix).toBeUndefined();
  });

  it('leaves the remedy out when it passed', () => {
    expect(checked('pass', 'error')).not.toHaveProperty('remedy');
  });
});

describe('isReady', () => {
  it.each<[CheckStatus, Severity, boolean]>([
    ['pass', 'critical', true],
    ['warn', 'critical', true],
    ['skip', 'critical', true],
    ['fail', 'critical', false],
    ['fail', 'error', false],
    ['unknown', 'critical', false],
    ['unknown', 'error', false],
    ['unknown', 'warning', true],
  ])('with a result that is %s and %s is %s', (status, severity, ready) => {
    expect(isReady([result('pass'), result(status, severity)])).toBe(ready);
  });

  it('is false when nothing was seen to pass', () => {
    expect(isReady([])).toBe(false);
    expect(isReady([result('skip')])).toBe(false);
    expect(isReady([result('warn')])).toBe(false);
  });

  it('is true where all that was found is waived', () => {
    expect(isReady([result('waived'), result('skip')])).toBe(true);
  });
});

describe('blockingIds', () => {
  it('names failures before what is unknown, and no warnings', () => {
    const results = [
      result('unknown'),
      result('fail', 'error'),
      result('unknown', 'warning'),
      result('pass'),
    ];
    expect(blockingIds(results)).toEqual(['error.fail', 'critical.unknown']);
  });
});
