import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, answered, contextOf, EMULATED, judged } from '../support.js';

const REAL = { title: 'qdrant - vector search engine', version: '1.18.3' };
const EMULATOR = { title: 'qdrant emulator (not Qdrant)', version: '1.18.3-emulator' };

describe('qdrant.genuine', () => {
  it('passes on Qdrant', () => {
    expect(judged('qdrant.genuine', [answered(200, REAL)]).status).toBe('pass');
  });

  it('is critical where the configuration asks for Qdrant', () => {
    expect(judged('qdrant.genuine', [answered(200, EMULATOR)])).toMatchObject({
      status: 'fail',
      severity: 'critical',
      seen: 'qdrant emulator (not Qdrant) 1.18.3-emulator',
    });
  });

  it('is a warning where the configuration asks for the emulator', () => {
    expect(judged('qdrant.genuine', [answered(200, EMULATOR)], contextOf(EMULATED))).toMatchObject({
      status: 'warn',
      severity: 'warning',
    });
  });

  it('does not take an emulator with the title of Qdrant for it', () => {
    const disguised = answered(200, { ...EMULATOR, title: REAL.title });
    expect(judged('qdrant.genuine', [disguised]).status).toBe('fail');
  });

  it('is unknown while nothing listens, and for an answer that is not JSON', () => {
    expect(judged('qdrant.genuine', [ABSENT])).toMatchObject({
      status: 'unknown',
      seen: 'Qdrant does not answer',
    });
    expect(judged('qdrant.genuine', [answered(200, '<html>')]).status).toBe('unknown');
  });
});

describe('qdrant.version', () => {
  it('passes on the pinned version, of the emulator too', () => {
    expect(judged('qdrant.version', [answered(200, REAL)]).status).toBe('pass');
    expect(judged('qdrant.version', [answered(200, EMULATOR)]).status).toBe('pass');
  });

  it('fails on another', () => {
    const other = answered(200, { ...REAL, version: '1.17.0' });
    expect(judged('qdrant.version', [other])).toMatchObject({
      status: 'fail',
      seen: '1.17.0',
      expected: '1.18.3',
    });
  });

  it('is unknown for an answer without a version', () => {
    expect(judged('qdrant.version', [answered(200, { title: REAL.title })]).status).toBe('unknown');
  });
});

describe.each(['livez', 'readyz'])('qdrant.%s', (path) => {
  it('passes on 200', () => {
    expect(judged(`qdrant.${path}`, [answered(200)]).status).toBe('pass');
  });

  it('fails on 503', () => {
    const result = judged(`qdrant.${path}`, [answered(503)]);
    expect(result).toMatchObject({ status: 'fail', seen: `/${path} answers 503` });
  });

  it('fails when something listens but hangs', () => {
    const result = judged(`qdrant.${path}`, [answered('timeout')]);
    expect(result).toMatchObject({ status: 'fail', seen: `/${path} does not answer in time` });
  });

  it('fails when nothing listens', () => {
    const result = judged(`qdrant.${path}`, [ABSENT]);
    expect(result).toMatchObject({ status: 'fail', seen: 'nothing listens on port 6333' });
  });
});

describe('qdrant.auth', () => {
  const open = answered(200, { result: { collections: [] } });

  it.each([401, 403])('passes when a stranger gets %d', (status) => {
    expect(judged('qdrant.auth', [answered(status), answered(status)]).status).toBe('pass');
  });

  it('fails when a stranger may list the collections', () => {
    expect(judged('qdrant.auth', [open, open])).toMatchObject({
      status: 'fail',
      details: ['/collections answers 200 to a stranger', '/collections answers 200 to an empty key'],
    });
  });

  it('fails when an empty key is enough, though a call without one is refused', () => {
    expect(judged('qdrant.auth', [answered(401), open])).toMatchObject({
      status: 'fail',
      seen: '/collections answers 200 to an empty key',
    });
  });

  it('is unknown while nothing listens or it hangs: silence is no proof of a key', () => {
    for (const silence of [answered('timeout'), ABSENT])
      for (const seen of [
        [silence, silence],
        [answered(401), silence],
        [silence, answered(401)],
      ])
        expect(judged('qdrant.auth', seen).status).toBe('unknown');
  });
});

describe('qdrant.upgrade-path', () => {
  it.each([
    ['1.18.3', '1.18.3', 'pass'],
    ['1.18.3', '1.18.5', 'pass'],
    ['1.17.9', '1.18.3', 'pass'],
    ['1.16.0', '1.18.3', 'fail'],
    ['1.18.3', '1.18.2', 'fail'],
    ['1.18.3', '1.17.9', 'fail'],
    ['1.18.3', '2.0.0', 'fail'],
    ['2.0.0', '1.18.3', 'fail'],
  ])('%s runs and %s is configured: %s', (running, configured, status) => {
    const context = contextOf({ qdrant: { ...EMULATED.qdrant, version: configured } });
    const root = answered(200, { ...REAL, version: running });
    expect(judged('qdrant.upgrade-path', [root], context).status).toBe(status);
  });

  it('is unknown for a version that is none, and for no answer', () => {
    expect(judged('qdrant.upgrade-path', [answered(200, { ...REAL, version: 'dev' })]).status).toBe(
      'unknown',
    );
    expect(judged('qdrant.upgrade-path', [ABSENT]).status).toBe('unknown');
  });
});

describe('qdrant.loopback', () => {
  const sockets = (...pairs: [string, number][]) =>
    known(pairs.map(([address, port]) => ({ address, port })));

  it('passes when every socket of the slot is on loopback, whoever else listens', () => {
    const seen = sockets(['127.0.0.1', 6333], ['::1', 6334], ['::ffff:127.0.0.1', 6335], ['0.0.0.0', 22]);
    expect(judged('qdrant.loopback', [seen]).status).toBe('pass');
  });

  it.each(['0.0.0.0', '*', '::', '192.0.2.7', '::ffff:192.0.2.7'])('fails on %s', (address) => {
    const result = judged('qdrant.loopback', [sockets(['127.0.0.1', 6333], [address, 6335])]);
    expect(result.status).toBe('fail');
    expect(result.seen).toContain(':6335');
    expect(result.seen).not.toContain('6333');
  });

  it('is unknown when the slot has no socket at all', () => {
    expect(judged('qdrant.loopback', [sockets(['0.0.0.0', 22])]).status).toBe('unknown');
  });

  it('allows the configured address', () => {
    const context = contextOf({ qdrant: { ...EMULATED.qdrant, bind: '192.0.2.7' } });
    expect(judged('qdrant.loopback', [sockets(['192.0.2.7', 6333])], context).status).toBe('pass');
  });
});

describe('qdrant.cluster', () => {
  const state = (changes: Record<string, unknown> = {}) => ({
    result: {
      status: 'enabled',
      peers: { 1: {} },
      raft_info: { leader: 1, pending_operations: 0 },
      consensus_thread_status: { consensus_thread_status: 'working' },
      ...changes,
    },
  });

  it('passes with a leader and a consensus that works', () => {
    expect(judged('qdrant.cluster', [answered(200, state())])).toMatchObject({
      ...{ status: 'pass', seen: '1 peer, a leader, 0 operations pending' },
    });
  });

  it.each([
    ['it runs standalone', { result: { status: 'disabled' } }],
    ['no leader', state({ raft_info: { leader: null, pending_operations: 3 } })],
    [
      'consensus: stopped_with_err: disk full',
      state({ consensus_thread_status: { consensus_thread_status: 'stopped_with_err', err: 'disk full' } }),
    ],
  ])('fails: %s', (seen, body) => {
    expect(judged('qdrant.cluster', [answered(200, body)])).toMatchObject({
      status: 'fail',
      seen,
      fix: '1.1',
    });
  });

  it('is unknown when it cannot be asked or says something else', () => {
    for (const answer of [ABSENT, answered(401), answered('timeout'), answered(200, 'x'), answered(200, {})])
      expect(judged('qdrant.cluster', [answer]).status).toBe('unknown');
    expect(judged('qdrant.cluster', [answered(200, state({ raft_info: {} }))]).status).toBe('unknown');
  });

  it('is skipped where there shall be no cluster', () => {
    const { qdrant } = EMULATED;
    const context = contextOf({ qdrant: { ...qdrant, cluster: { enabled: false } } });
    expect(judged('qdrant.cluster', [], context).status).toBe('skip');
  });
});
