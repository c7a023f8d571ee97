import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import type { Check, Group } from '../../../src/checks/check.js';
import { type ChecklistLine, checklistOf } from '../../../src/checks/checklist.js';
import { type CheckReport, reportOf } from '../../../src/checks/report.js';
import type { CheckResult } from '../../../src/checks/result.js';

type Status = CheckResult['status'];

/** A catalogue with what the lines need, and nothing else. */
const IDS = [
  'host.os',
  'qdrant.livez',
  'qdrant.readyz',
  'qdrant.auth',
  'collections.set',
  'postgres.accepts',
  'redis.ping',
  'redis.auth',
  'access.modes',
  'network.closed',
  'tls.chain',
  'backups.newest',
  'monitoring.targets',
  'drift',
  'performance.latency',
  'performance.throughput',
  'performance.errors',
  'performance.recall',
];

function checkOf(id: string): Check {
  const group = id.split('.')[0] as Group;
  const optIn = group === 'performance' ? { optIn: true as const } : {};
  return {
    ...{ id, group, severity: 'error', title: id, looksAt: '', why: '', remedy: 'Do.' },
    judge: () => ({ status: 'pass', seen: '' }),
    ...optIn,
  };
}

const SMALL: readonly Check[] = IDS.map(checkOf);

/** A run of all checks that are not opt-in, each passed unless `statuses` says otherwise; undefined was not run. */
function run(
  statuses: Record<string, Status | undefined> = {},
  changes: Partial<CheckReport> = {},
): CheckReport {
  const all: Record<string, Status | undefined> = {
    ...Object.fromEntries(IDS.map((id) => [id, 'pass'])),
    'performance.p99': undefined,
    ...statuses,
  };
  const results = Object.entries(all).flatMap(([id, status]): CheckResult[] =>
    status === undefined ? [] : [resultOf(id, status)],
  );
  const report = reportOf({
    ...{ host: 'one', target: 'root@one:22', durationMs: 1, commands: 3, vdb: '0.1.0', results },
    at: new Date('2026-11-24T12:00:00Z'),
  });
  return { ...report, ...changes };
}

function resultOf(id: string, status: Status): CheckResult {
  const waiver = { owner: 'anna', reason: 'it is ordered', expires: '2030-01-31', expired: false };
  return {
    ...{ id, group: id.split('.')[0] as Group, severity: 'error', status, title: id, seen: `seen ${id}` },
    ...(status === 'waived' ? { waiver } : {}),
  };
}

function line(title: RegExp, report: CheckReport, catalogue = SMALL): ChecklistLine {
  const found = checklistOf(report, catalogue).filter((each) => title.test(each.title));
  expect(found).toHaveLength(1);
  return found[0] as ChecklistLine;
}

function texts({ evidence }: ChecklistLine): string[] {
  return evidence.map(({ text }) => text);
}

describe('checklistOf', () => {
  it('has the ten lines of the documents', () => {
    expect(checklistOf(run(), SMALL)).toHaveLength(10);
  });

  it.each([
    ['all passed', run(), 7],
    ['nothing ran', run(Object.fromEntries(IDS.map((id) => [id, undefined]))), 0],
    ['all skipped', run(Object.fromEntries(IDS.map((id) => [id, 'skip']))), 0],
    ['nothing was seen', run(Object.fromEntries(IDS.map((id) => [id, 'unknown']))), 0],
    ['all failed', run(Object.fromEntries(IDS.map((id) => [id, 'fail']))), 0],
    ['all is a warning', run(Object.fromEntries(IDS.map((id) => [id, 'warn']))), 0],
  ])('ticks nothing that was not seen to pass: %s', (_, report, done) => {
    expect(checklistOf(report, SMALL).filter(({ status }) => status === 'done')).toHaveLength(done);
  });

  it('ticks nothing where there is no check for it yet', () => {
    expect(checklistOf(run({}, { results: [] }), []).every(({ status }) => status === 'unknown')).toBe(true);
    expect(texts(line(/disaster/, run({ 'backups.newest': undefined }), []))).toEqual([
      'backups: vdb has no check for it',
    ]);
  });

  it.each([
    [/component/, ['host.os', 'qdrant.livez', 'collections.set', 'postgres.accepts', 'redis.ping']],
    [/security/, ['access.modes', 'network.closed', 'tls.chain', 'qdrant.auth', 'redis.auth']],
    [/disaster/, ['backups.newest']],
    [/Health/, ['qdrant.livez', 'qdrant.readyz', 'postgres.accepts', 'redis.ping']],
    [/onitoring/, ['monitoring.targets']],
  ])('opens the line %s for a failure of each check that it rests on', (title, ids) => {
    expect(line(title, run())).toMatchObject({ status: 'done', date: '2026-11-24' });
    for (const id of ids) {
      expect(line(title, run({ [id]: 'fail' })).status, id).toBe('open');
      expect(line(title, run({ [id]: 'unknown' })).status, id).toBe('unknown');
      expect(line(title, run({ [id]: undefined })).status, id).toBe('unknown');
    }
  });

  it('says what is in the way of a line, and what is not', () => {
    expect(line(/security/, run({ 'tls.chain': 'fail', 'access.modes': 'unknown' }))).toMatchObject({
      status: 'open',
      evidence: [
        { status: 'unknown', text: 'access.modes: could not be seen: seen access.modes' },
        { status: 'done', text: 'network: 1 passed' },
        { status: 'open', text: 'tls.chain: failed: seen tls.chain' },
        { status: 'done', text: 'qdrant.auth: seen qdrant.auth' },
        { status: 'done', text: 'redis.auth: seen redis.auth' },
      ],
    });
  });

  it('shows who has waived what, and counts it as done', () => {
    const waived = line(/disaster/, run({ 'backups.newest': 'waived' }));
    expect(waived).toMatchObject({ status: 'done' });
    expect(texts(waived)).toEqual([
      'backups.newest: seen backups.newest; waived until 2030-01-31 by anna: it is ordered',
    ]);
  });

  it('takes what is skipped for no proof, but lets it stand beside one', () => {
    expect(line(/security/, run({ 'tls.chain': 'skip' }))).toMatchObject({ status: 'open' });
    const catalogue = [...SMALL, checkOf('tls.renewal')];
    const beside = line(/security/, run({ 'tls.renewal': 'skip' }), catalogue);
    expect(beside).toMatchObject({ status: 'done' });
    expect(texts(beside)).toContain('tls: 1 skipped, not counted');
  });

  it('wants the opt-in checks of a group that has no others, and names the command', () => {
    const catalogue = SMALL.map((each) =>
      each.group === 'backups' ? { ...each, optIn: true as const } : each,
    );
    expect(line(/disaster/, run({ 'backups.newest': undefined }), catalogue)).toMatchObject({
      status: 'unknown',
      next: { words: 'readiness backups --checklist' },
    });
    expect(line(/disaster/, run(), catalogue)).toMatchObject({ status: 'done' });
  });

  it('does not want an opt-in check beside others of its group', () => {
    const catalogue = [...SMALL, { ...checkOf('host.fio'), optIn: true as const }];
    expect(line(/component/, run(), catalogue)).toMatchObject({ status: 'done' });
    expect(line(/component/, run({ 'host.fio': 'fail' }), catalogue)).toMatchObject({ status: 'open' });
  });

  it.each([/held under load/, /performance/])(
    'ticks %s by a load alone, and names what makes one',
    (title) => {
      const loaded = ['latency', 'throughput', 'errors', 'recall'].map((name) => `performance.${name}`);
      const all = (status: Status | undefined) => run(Object.fromEntries(loaded.map((id) => [id, status])));
      expect(line(title, all(undefined))).toMatchObject({
        status: 'unknown',
        next: { words: 'readiness performance --checklist' },
      });
      expect(line(title, all('pass'))).toMatchObject({ status: 'done' });
      expect(line(title, all('fail'))).toMatchObject({ status: 'open' });
    },
  );

  it.each([
    [/documentation/, 'documentation'],
    [/team/, 'training'],
  ] as const)('takes only a confirmation for %s, and shows how to give it', (title, own) => {
    expect(line(title, run())).toMatchObject({
      status: 'unknown',
      next: { yaml: expect.stringContaining(`    - line: ${own}\n`) },
    });
    const confirmed = { line: own, owner: 'anna', evidence: 'wiki', date: '2026-11-01' };
    const done = line(title, run({}, { confirmations: [{ ...confirmed, date: '2026-01-01' }, confirmed] }));
    expect(done).toMatchObject({ status: 'done', date: '2026-11-01' });
    expect(texts(done)).toEqual(['confirmed by anna: wiki']);
    const ahead = { ...confirmed, date: '2026-11-25' };
    expect(line(title, run({}, { confirmations: [ahead] })).status).toBe('unknown');
    const other = { ...confirmed, line: own === 'training' ? 'documentation' : 'training' } as const;
    expect(line(title, run({}, { confirmations: [other] })).status).toBe('unknown');
  });

  it('names checks that the catalogue has', () => {
    const missing = checklistOf({ ...run(), results: [] }, CATALOGUE).flatMap(texts);
    for (const id of ['qdrant.livez', 'qdrant.readyz', 'qdrant.auth', 'postgres.accepts', 'redis.ping']) {
      expect(missing).toContain(`${id}: was not looked at`);
    }
  });
});
