import { describe, expect, it } from 'vitest';
import { agreementOf } from '../../../../src/checks/outside/tls.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import { contextOf, judged as judgedOf } from '../support.js';

function contextWith(tls: Record<string, string>) {
  return contextOf({ networking: { tls } });
}

const FILES = contextWith({ mode: 'files', certificate: '/c.pem', key: '/k.pem', domain: 'edge.example' });
const ACME = contextWith({ mode: 'acme', domain: 'edge.example' });

/** One door; what is not seen is so as a whole. */
function at(...doors: [number, Observation<unknown>][]): Observation<unknown> {
  return known(doors.map(([port, seen]) => ({ port, seen })));
}

const DOORS = ['tls.chain', 'tls.expiry', 'tls.protocols'];

/** Takes an observation for that of the only port. */
function judged(id: string, observations: Observation<unknown>[], context = contextOf()) {
  const seen = DOORS.includes(id) ? observations.map((each) => at([8000, each])) : observations;
  return judgedOf(id, seen, context);
}

/** The context is of 2026-11-24, noon. */
function served(change: Record<string, unknown> = {}, ...ends: string[]): Observation<unknown> {
  const certificates = (ends.length === 0 ? ['2027-11-24'] : ends).map((end, index) => ({
    subject: index === 0 ? 'edge.example' : 'An intermediate',
    issuer: 'A CA',
    until: Date.parse(`${end}T12:00:00Z`),
    fingerprint: 'AB:CD',
  }));
  return known({ name: 'edge.example', certificates, refused: known(null), trusted: 'a CA', ...change });
}

describe('all checks of TLS', () => {
  it.each(['tls.chain', 'tls.expiry', 'tls.protocols', 'tls.key', 'tls.renewal'])(
    '%s is skipped without',
    (id) => {
      expect(judged(id, [])).toMatchObject({ status: 'skip', seen: expect.stringContaining('mode is off') });
    },
  );

  it('are skipped in a mode that they are not for', () => {
    expect(judged('tls.key', [], ACME).status).toBe('skip');
    expect(judged('tls.renewal', [], FILES).status).toBe('skip');
  });
});

describe('an edge with several ports', () => {
  const CLOSED = { status: 'unknown', why: 'nothing serves TLS on port 6334' } as const;
  const refused = (port: number, answer: unknown): [number, Observation<unknown>] => [
    port,
    known(
      new Map([
        ['TLSv1', answer],
        ['TLSv1.1', answer],
      ]),
    ),
  ];

  it('is judged by the worst of them, which is named', () => {
    const doors = at([8000, served()], [6333, served({}, '2026-11-20')], [6334, CLOSED]);
    expect(judgedOf('tls.expiry', [doors], FILES)).toMatchObject({
      status: 'fail',
      seen: 'port 6333: edge.example ended on 2026-11-20',
    });
    const wrong = at([8000, served()], [6333, served({ refused: known('CERT_HAS_EXPIRED') })]);
    expect(judgedOf('tls.chain', [wrong], FILES)).toMatchObject({
      status: 'fail',
      seen: 'port 6333: edge.example: it has expired',
    });
    const old = known(
      [refused(8000, 'refused'), refused(6334, 'agreed')].map(([port, seen]) => ({ port, seen })),
    );
    expect(judgedOf('tls.protocols', [old], FILES)).toMatchObject({
      status: 'fail',
      seen: 'port 6334: TLSv1, TLSv1.1 accepted',
    });
  });

  it('is unknown where one of them serves nothing, and passes with all', () => {
    const one = at([8000, served()], [6334, CLOSED]);
    expect(judgedOf('tls.chain', [one], FILES)).toMatchObject({ status: 'unknown', seen: CLOSED.why });
    expect(judgedOf('tls.chain', [at([8000, served()], [6333, served()])], FILES)).toMatchObject({
      status: 'pass',
      seen: 'port 8000: edge.example, issued by A CA; port 6333: edge.example, issued by A CA',
    });
  });
});

describe('tls.chain', () => {
  it('passes for a chain that is believed', () => {
    expect(judged('tls.chain', [served()], FILES)).toMatchObject({
      status: 'pass',
      seen: 'edge.example, issued by A CA',
    });
  });

  it.each([
    ['CERT_HAS_EXPIRED', 'edge.example: it has expired'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'edge.example: it is for another name'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'edge.example: it is signed by itself'],
    ['CERT_REVOKED', 'edge.example: CERT_REVOKED'],
  ])('fails for %s', (code, seen) => {
    expect(judged('tls.chain', [served({ refused: known(code) })], FILES)).toMatchObject({
      status: 'fail',
      seen,
      expected: 'a certificate for edge.example that leads to a CA',
    });
  });

  it('is unknown when nobody is known to be believed, or no certificate was shown', () => {
    const refused = { status: 'unknown', why: 'the CA of the host is not known here' };
    expect(judged('tls.chain', [served({ refused })], FILES)).toMatchObject({
      status: 'unknown',
      seen: refused.why,
    });
    expect(judged('tls.chain', [served({ certificates: [] })], FILES).status).toBe('unknown');
  });
});

describe('tls.expiry', () => {
  it.each([
    ['2026-12-16', 'pass', 'edge.example ends on 2026-12-16, in 22 days'],
    ['2026-12-15', 'warn', 'edge.example ends on 2026-12-15, in 21 days'],
    ['2026-12-02', 'warn', 'edge.example ends on 2026-12-02, in 8 days'],
    ['2026-12-01', 'fail', 'edge.example ends on 2026-12-01, in 7 days'],
    ['2026-11-20', 'fail', 'edge.example ended on 2026-11-20'],
  ])('%s: %s', (end, status, seen) => {
    expect(judged('tls.expiry', [served({}, end)], FILES)).toMatchObject({ status, seen });
  });

  it('judges the certificate of the chain that ends first', () => {
    expect(judged('tls.expiry', [served({}, '2027-11-24', '2026-11-26')], FILES)).toMatchObject({
      status: 'fail',
      seen: 'An intermediate ends on 2026-11-26, in 2 days',
    });
  });

  it('takes its threshold from the configuration, for certificates of a few days too', () => {
    const networking = { tls: { mode: 'acme', domain: 'edge.example' } };
    const context = contextOf({ networking, checks: { thresholds: { 'tls.expiry': 3 } } });
    expect(judged('tls.expiry', [served({}, '2026-11-28')], context).status).toBe('pass');
    expect(judged('tls.expiry', [served({}, '2026-11-27')], context).status).toBe('fail');
  });

  it('is unknown for a date that cannot be read', () => {
    expect(judged('tls.expiry', [served({}, 'never')], FILES).status).toBe('unknown');
  });
});

describe('tls.protocols', () => {
  it.each([
    ['refused', 'refused', 'pass', 'TLSv1, TLSv1.1 refused'],
    ['refused', 'agreed', 'fail', 'TLSv1.1 accepted'],
    ['cannot', 'agreed', 'fail', 'TLSv1.1 accepted'],
    ['cannot', 'refused', 'unknown', 'the OpenSSL of this machine cannot offer TLSv1'],
    ['refused', { unclear: 'no answer' }, 'unknown', 'TLSv1.1: no answer'],
  ])('%j, %j: %s', (first, second, status, seen) => {
    const answers = new Map([
      ['TLSv1', first],
      ['TLSv1.1', second],
    ]);
    expect(judged('tls.protocols', [known(answers)], FILES)).toMatchObject({ status, seen });
  });

  it('is unknown when a version was not offered', () => {
    expect(judged('tls.protocols', [known(new Map())], FILES).status).toBe('unknown');
  });

  it.each([
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'refused'],
    ['ERR_SSL_NO_PROTOCOLS_AVAILABLE', 'cannot'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'refused'],
    ['ERR_SSL_NO_CIPHERS_AVAILABLE', 'cannot'],
    ['ERR_SSL_BAD_SIGNATURE', { unclear: 'ERR_SSL_BAD_SIGNATURE' }],
  ])('takes %s for %j', (code, agreement) => {
    expect(agreementOf({ status: 'failed', code, message: '' }, false)).toEqual(agreement);
  });

  it.each(['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'ECONNRESET', 'EPIPE'])(
    'takes %s for a refusal only where the same offer of TLS 1.2 is agreed to',
    (code) => {
      const failed = { status: 'failed', code, message: '' } as const;
      expect(agreementOf(failed, true)).toBe('refused');
      expect(agreementOf(failed, false)).toEqual({ unclear: `${code}, and TLSv1.2 is not agreed to either` });
    },
  );

  it('takes silence for none', () => {
    expect(agreementOf({ status: 'silent' }, true)).toEqual({ unclear: 'no answer' });
    expect(agreementOf(undefined, true)).toEqual({ unclear: 'not asked' });
  });
});

describe('tls.key', () => {
  const pair = { mode: 0o600, matches: true, fingerprint: 'AB:CD' };

  function judgedKey(change: Record<string, unknown>, shown: Observation<unknown> = served()) {
    return judged(
      'tls.key',
      [known({ pair: known({ ...pair, ...change }), served: at([8000, shown]) })],
      FILES,
    );
  }

  it('passes for a closed key that fits and is shown', () => {
    expect(judgedKey({})).toMatchObject({ status: 'pass' });
    expect(judgedKey({ mode: 0o400 }).status).toBe('pass');
  });

  it.each([
    [{ mode: 0o640 }, '/k.pem: 0640'],
    [{ matches: false }, '/k.pem is not the key of /c.pem'],
    [{ fingerprint: 'EF' }, 'the edge shows another certificate than /c.pem'],
  ])('fails with %j', (change, seen) => {
    expect(judgedKey(change)).toMatchObject({ status: 'fail', seen });
  });

  it('is unknown without the edge, but fails when the key is open all the same', () => {
    const nothing = { status: 'unknown', why: 'nothing serves TLS on port 8000' } as const;
    expect(judgedKey({}, nothing)).toMatchObject({ status: 'unknown', seen: nothing.why });
    expect(judgedKey({ mode: 0o644 }, nothing).status).toBe('fail');
  });

  it('is unknown when the key cannot be read', () => {
    const unread = { status: 'unknown', why: 'EACCES' };
    expect(judged('tls.key', [known({ pair: unread, served: at([8000, served()]) })], FILES).status).toBe(
      'unknown',
    );
  });
});

describe('tls.renewal', () => {
  it.each([
    [['fstrim.timer'], 'warn'],
    [[], 'warn'],
    [['certbot.timer'], 'pass'],
    [['fstrim.timer', 'certbot.timer'], 'pass'],
    [['snap.certbot.renew.timer'], 'warn'],
  ])('%j: %s', (timers, status) => {
    expect(judged('tls.renewal', [known(timers)], ACME).status).toBe(status);
  });
});
