import { describe, expect, it } from 'vitest';
import { type CheckStatus, defineCheck } from '../../../src/checks/check.js';
import { blocks, type CheckResult, countsOf, isReady } from '../../../src/checks/result.js';
import { runChecks } from '../../../src/checks/run.js';
import { withWaiver } from '../../../src/checks/waivers.js';
import { localHost } from './local-host.js';
import { contextOf } from './support.js';

const WAIVER = { id: 'host.nofile', owner: 'anna', reason: 'a reboot is planned', expires: '2030-01-31' };

function result(status: CheckStatus, id = 'host.nofile'): CheckResult {
  return { id, group: 'host', severity: 'error', status, title: 'It holds', seen: 'x', remedy: 'Mend it.' };
}

describe('withWaiver', () => {
  it.each<CheckStatus>(['fail', 'warn'])(
    'accepts a finding that is %s, up to and on its last day',
    (status) => {
      const waived = withWaiver(result(status), [WAIVER], '2030-01-31');
      expect(waived).toMatchObject({
        status: 'waived',
        waiver: { owner: 'anna', reason: 'a reboot is planned', expires: '2030-01-31', expired: false },
      });
      expect(blocks(waived)).toBe(false);
      expect(isReady([waived])).toBe(true);
      expect(countsOf([waived]).waived).toBe(1);
    },
  );

  it('accepts nothing after its last day, and says so', () => {
    const expired = withWaiver(result('fail'), [WAIVER], '2030-02-01');
    expect(expired).toMatchObject({ status: 'fail', waiver: { expired: true, expires: '2030-01-31' } });
    expect(blocks(expired)).toBe(true);
  });

  it.each<CheckStatus>(['pass', 'unknown', 'skip'])('leaves what is %s alone', (status) => {
    expect(withWaiver(result(status), [WAIVER], '2030-01-01')).toEqual(result(status));
  });

  it('leaves other checks alone', () => {
    expect(withWaiver(result('fail', 'host.os'), [WAIVER], '2030-01-01')).toEqual(result('fail', 'host.os'));
  });

  it('takes the one that lasts longest', () => {
    const renewed = { ...WAIVER, expires: '2031-01-31' };
    expect(withWaiver(result('fail'), [WAIVER, renewed, WAIVER], '2030-06-01').status).toBe('waived');
  });
});

it('counts in a run of checks, by the day', async () => {
  const failing = defineCheck({
    ...{ id: 'host.nofile', group: 'host', severity: 'error', title: 'It holds', remedy: 'Mend it.' },
    looksAt: 'it',
    why: 'It would not hold.',
    judge: () => ({ status: 'fail', seen: 'x' }),
  });
  const on = async (day: string) => {
    const context = { ...contextOf({ checks: { waivers: [WAIVER] } }), now: new Date(`${day}T23:59:00Z`) };
    return (await runChecks(localHost(), [failing], { context, lookAtPlan: async () => [] }))[0]?.status;
  };
  expect([await on('2030-01-31'), await on('2030-02-01')]).toEqual(['waived', 'fail']);
});
