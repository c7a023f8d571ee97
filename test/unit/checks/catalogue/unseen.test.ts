import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import type { CheckContext } from '../../../../src/checks/check.js';
import { blocks, resultOf } from '../../../../src/checks/result.js';
import type { Observation } from '../../../../src/host/probe.js';
import { contextOf } from '../support.js';

const UNSEEN: Observation<never> = { status: 'unknown', why: 'local-http: no answer within 20 s' };

const APPLYING = {
  gateway: { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s' },
  collections: { docs: { size: 384, payload_indexes: { author: 'keyword' } } },
  models: { hermes: { url: 'http://127.0.0.1:9/', collection: 'docs' } },
  capacity: { growth_per_day: 1000 },
  backup: { repositories: [{ name: 'copies', path: '/mnt/copies' }] },
};

/** What only some checks apply to: a host has its certificate from one place. */
const TLS = [
  { mode: 'files', certificate: '/edge.pem', key: '/edge.key' },
  { mode: 'acme', domain: 'edge.example' },
];

/** Configurations to one of which each check applies, of a host of which nothing could be seen. */
const CONTEXTS: readonly CheckContext[] = TLS.map((tls) => ({
  ...contextOf({ ...APPLYING, networking: { tls } }),
  facts: UNSEEN,
  skew: UNSEEN,
  journal: UNSEEN,
  healthChecks: UNSEEN,
}));

describe.each(CATALOGUE.map((check) => [check.id, check] as const))('%s', (_, check) => {
  const CONTEXT = CONTEXTS.find((context) => check.skip?.(context) === undefined) as CheckContext;
  const probes = [check.probe?.(CONTEXT) ?? [], check.look === undefined ? [] : 'look'].flat();

  it('is unknown, with the reason, when nothing could be seen', () => {
    const result = resultOf(
      check,
      probes.map(() => UNSEEN),
      CONTEXT,
    );
    expect(result.status).toBe('unknown');
    expect([result.seen, ...(result.details ?? [])].join()).toContain(UNSEEN.why);
  });

  it('is unknown when the host sent no observation', () => {
    expect(resultOf(check, [], CONTEXT).status).toBe('unknown');
  });

  it('says what to do when it is unknown, and stands in the way unless it is a warning', () => {
    const result = resultOf(check, [], CONTEXT);
    expect(result.remedy).toMatch(/\.$/);
    expect(blocks(result)).toBe(result.severity !== 'warning');
  });
});

describe('the catalogue', () => {
  it('names every check once', () => {
    const ids = CATALOGUE.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('begins every id with its group', () => {
    for (const { id, group } of CATALOGUE) expect(id.split('.')[0]).toBe(group);
  });
});
