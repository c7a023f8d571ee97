import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type Door, type ServedTls, servedTls } from '../../outside/tls.js';
import { fail, pass, unknown, warn, whenKnown } from '../../verdict.js';
import { eachDoor, shared } from './shared.js';

/** Clients believe the edge. */
export const chain = defineCheck<Door<ServedTls>[]>({
  ...shared,
  id: 'tls.chain',
  severity: 'critical',
  title: 'The certificate of the edge is believed',
  looksAt:
    'the certificates that each port of the edge shows, verified for its name against the CAs of this machine or the configured one',
  why: 'A client that verifies refuses to connect, and one that does not can be listened to.',
  look: servedTls,
  judge: ([served]) =>
    eachDoor(served, (value) =>
      whenKnown(value.refused, (code) => (code === null ? believed(value) : refusedFor(code, value))),
    ),
  remedy:
    'Give the edge a certificate for its name, with every intermediate, from a CA that the clients know.',
});

function believed({ certificates: [leaf], name }: ServedTls): Verdict {
  return leaf === undefined
    ? unknown('the edge shows no certificate')
    : pass(`${name}, issued by ${leaf.issuer}`);
}

const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is signed by itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'its CA is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its CA is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its CA is not known, or an intermediate is not served',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its CA is not known, or an intermediate is not served',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};

function refusedFor(code: string, { certificates: [leaf], name, trusted }: ServedTls): Verdict {
  const subject = leaf === undefined ? 'no certificate' : leaf.subject;
  return fail(`${subject}: ${REASONS[code] ?? code}`, `a certificate for ${name} that leads to ${trusted}`);
}

const DAY_MS = 86_400_000;
/** Below this the certificate is as good as expired: nobody renews over a holiday. */
const FAIL_DAYS = 7;

/** The certificate lasts. */
export const expiry = defineCheck<Door<ServedTls>[]>({
  ...shared,
  id: 'tls.expiry',
  severity: 'critical',
  title: 'The certificate of the edge lasts',
  looksAt: `when the first certificate of the chain ends, at each port of the edge; within ${FAIL_DAYS} days it fails`,
  why: 'At that minute every client stops.',
  threshold: { default: 21, unit: 'days left' },
  look: servedTls,
  judge: ([served], context, limit) =>
    eachDoor(served, ({ certificates }) => {
      const [first] = [...certificates].sort((a, b) => a.until - b.until);
      if (first === undefined || Number.isNaN(first.until))
        return unknown('no certificate says when it ends');
      return judgeUntil(first, context, limit);
    }),
  remedy: 'Renew the certificate now, load it into the edge, and find out why that did not happen by itself.',
});

function judgeUntil(
  { subject, until }: { subject: string; until: number },
  { now }: CheckContext,
  limit: number,
): Verdict {
  const days = Math.floor((until - now.getTime()) / DAY_MS);
  const day = new Date(until).toISOString().slice(0, 10);
  const seen = days < 0 ? `${subject} ended on ${day}` : `${subject} ends on ${day}, in ${days} days`;
  const expected = `more than ${limit} days`;
  if (days <= Math.min(FAIL_DAYS, limit)) return fail(seen, expected);
  return days <= limit ? warn(seen, expected) : pass(seen);
}
