import { expect, it } from 'vitest';
import { maskedReport } from '../../../../src/cli/check/masked.js';
import { Redactor } from '../../../../src/host/redact.js';
import { EXPIRED, PASSED, report } from '../../ui/check/reports.js';

const SECRET = 'a<b>&"c"fail';

it('masks every text that a service or the configuration says, and nothing that is a word of ours', () => {
  const redactor = new Redactor();
  redactor.add(SECRET);
  redactor.add('fail');
  const text = `it is ${SECRET}`;
  const waiver = { owner: text, reason: text, expires: '2020-01-31', expired: true };
  const found = { ...EXPIRED, seen: text, expected: text, details: [text], inspect: text, waiver };
  const confirmations = [{ line: 'training' as const, owner: text, evidence: text, date: '2026-11-24' }];
  const masked = maskedReport(report([PASSED, found], { confirmations }), (each) => redactor.mask(each));
  expect(JSON.stringify(masked)).not.toContain('a<b>');
  expect(masked.results.map(({ status }) => status)).toEqual(['pass', 'fail']);
  expect(masked.confirmations?.[0]?.evidence).toBe('it is [secret]');
});

it('adds nothing to a report', () => {
  expect(maskedReport(report([PASSED]), (text) => text)).toEqual(report([PASSED]));
});
