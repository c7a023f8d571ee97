import type { SecureVersion } from 'node:tls';
import { defineCheck, type Verdict } from '../../check.js';
import { type Agreement, type Door, offerVersions } from '../../outside/tls.js';
import { fail, pass, unknown } from '../../verdict.js';
import { eachDoor, shared } from './shared.js';

const OLD = ['TLSv1', 'TLSv1.1'] as const satisfies readonly SecureVersion[];

/** The edge does not speak what is broken. */
export const protocols = defineCheck<Door<Map<SecureVersion, Agreement>>[]>({
  ...shared,
  id: 'tls.protocols',
  severity: 'error',
  title: 'The edge refuses TLS 1.0 and 1.1',
  looksAt: 'handshakes with each port of the edge in which only TLS 1.0, and only TLS 1.1, is offered',
  why: 'Both are broken and forbidden (RFC 8996); who is in between can make a client use them.',
  look: (site) => offerVersions(site, OLD),
  judge: ([doors]) => eachDoor(doors, judgeAnswers),
  remedy: 'Set ssl-min-ver TLSv1.2 at the edge.',
});

function judgeAnswers(answers: ReadonlyMap<SecureVersion, Agreement>): Verdict {
  const expected = 'TLS 1.2 and later only';
  const of = (is: (answer: Agreement | undefined) => boolean): string[] =>
    OLD.filter((version) => is(answers.get(version)));
  const agreed = of((answer) => answer === 'agreed');
  if (agreed.length > 0) return fail(`${agreed.join(', ')} accepted`, expected);
  const cannot = of((answer) => answer === 'cannot');
  if (cannot.length > 0) return unknown(`the OpenSSL of this machine cannot offer ${cannot.join(', ')}`);
  const unclear = of((answer) => answer !== 'refused');
  if (unclear.length > 0)
    return unknown(`${unclear.join(', ')}: ${reasonOf(answers.get(unclear[0] as SecureVersion))}`);
  return pass('TLSv1, TLSv1.1 refused');
}

function reasonOf(answer: Agreement | undefined): string {
  return typeof answer === 'object' ? answer.unclear : 'no answer';
}
