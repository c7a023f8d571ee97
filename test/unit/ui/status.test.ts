import { describe, expect, it } from 'vitest';
import { readCollection } from '../../../src/checks/answers/collection.js';
import type { HttpAnswer } from '../../../src/checks/probes/http.js';
import { downOf } from '../../../src/checks/status/down.js';
import type { Overview } from '../../../src/checks/status/overview.js';
import { known, type Observation } from '../../../src/host/probe.js';
import { statusText } from '../../../src/ui/status.js';
import { statusData } from '../../../src/ui/status-data.js';
import { bytes, points, span } from '../../../src/ui/status-values.js';
import { deployAt } from '../../support/deploys.js';
import { bareOverview, runningOverview, unseenOverview } from '../checks/overview-of.js';
import { collection } from '../checks/qdrant-answers.js';

function shown(overview: Overview): string {
  const view = { name: 'one', target: 'root@one:22', color: false, columns: 80 };
  return statusText(overview, downOf(overview), view);
}

describe('statusText', () => {
  it('shows host, services, versions, slot, collections and runs', () => {
    const text = shown(runningOverview());
    expect(text).toContain('2 CPUs, 8.0 GiB memory, up 1 d 1 h');
    expect(text).toContain('/data/qdrant: 30.0 GiB of 40.0 GiB free (75 %) on /data, ext4');
    expect(text).toMatch(/qdrant@blue +active +since 2023-11-14 22:13Z \(1 h\), 1 restart/);
    expect(text).toMatch(/Qdrant +1\.18\.3\n/);
    expect(text).toMatch(/PostgreSQL +17\.2, pgvector 0\.8\.0/);
    expect(text).toMatch(/Active +slot blue/);
    expect(text).toMatch(/docs +1 234 567 points +green +384 Cosine, m 16, ef 100, scalar/);
    expect(text).toMatch(/last backup +none yet/);
    expect(text).toMatch(/Everything runs\.$/);
  });

  it('says what was measured where the data path does not exist', () => {
    const { disk } = runningOverview();
    if (disk.status !== 'known' || disk.value === null) throw new Error('no disk');
    const overview = runningOverview({ disk: known({ ...disk.value, mountedOn: '/', instead: '/data' }) });
    expect(shown(overview)).toContain('on /, ext4; does not exist, measured at /data');
    expect(statusData(overview)).toMatchObject({ disk: { path: '/data/qdrant', measured: '/data' } });
  });

  it('says that the emulator is not Qdrant', () => {
    const { qdrant } = runningOverview();
    const root = known({ title: 'qdrant emulator (not Qdrant)', version: '1.18.3-emulator' });
    expect(shown(runningOverview({ qdrant: { ...qdrant, root } }))).toContain(
      '1.18.3, the EMULATOR, not Qdrant',
    );
  });

  it('works on a host that has nothing installed', () => {
    const text = shown(bareOverview());
    expect(text).toMatch(/qdrant@blue +not installed/);
    expect(text).toContain('the host has no state yet');
    expect(text).toContain('4 problems:');
  });

  it('shows what could not be seen as unknown with the reason, never as zero', () => {
    const text = shown(unseenOverview('no answer'));
    expect(text.match(/unknown: no answer/g)?.length).toBeGreaterThanOrEqual(10);
    expect(text).not.toMatch(/\b0\b/);
    expect(text).not.toContain('none yet');
  });

  it('tells of a deploy that is not at its end, and of none otherwise', () => {
    const openDeploy = known(deployAt('cutover', 'pending', { state: 'paused' }));
    const overview = runningOverview({ openDeploy });
    expect(shown(overview)).toContain('deploy 20300101T120000Z is paused before cutover: vdb deploy status');
    expect(statusData(overview)).toMatchObject({ open_deploy: { id: '20300101T120000Z', state: 'paused' } });
    expect(shown(runningOverview())).not.toContain('vdb deploy status');
    expect(statusData(runningOverview())).toMatchObject({ open_deploy: null });
  });

  it('fits 80 columns', () => {
    const run = known({
      run: '1',
      who: 'operator@workstation.example',
      command: 'vdb --config /some/where/vdb.yaml --host one provision --only 1.1',
      vdb: '1',
      at: '2026-01-01T00:00:00Z',
      status: 'done' as const,
      changed: 12,
      failed: [],
      skipped: [],
      durationMs: 65_000,
      tasks: [],
    });
    const { last } = runningOverview();
    const lines = shown(runningOverview({ last: { ...last, run } })).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('statusData', () => {
  it('gives numbers as numbers and what does not exist as null', () => {
    expect(statusData(runningOverview())).toMatchObject({
      active_slot: 'blue',
      versions: { qdrant: { version: '1.18.3', genuine: true }, postgres: '17.2', redis: '8.0.2' },
      collections: [{ name: 'docs', exists: true, points: 1_234_567, status: 'green', size: 384 }],
      last_backup: null,
    });
  });

  it('says of a collection what it always said', () => {
    expect((statusData(runningOverview()).collections as object[])[0]).toEqual({
      ...{ name: 'docs', exists: true, points: 1_234_567, status: 'green', optimizer: 'ok' },
      ...{ size: 384, distance: 'Cosine', m: 16, ef_construct: 100, quantization: 'scalar' },
    });
  });

  it('says why something is unknown', () => {
    const data = statusData(unseenOverview('no answer'));
    expect(data).toMatchObject({
      facts: { unknown: 'no answer' },
      collections: [{ name: 'docs', exists: { unknown: 'no answer' }, points: { unknown: 'no answer' } }],
      last_run: { unknown: 'no answer' },
    });
  });

  it('does not take an optimizer that says nothing for one that is well', () => {
    const answer = collection((info) => {
      info.optimizer_status = undefined;
    });
    const [docs] = runningOverview().collections;
    const silent = { ...docs!, info: readCollection(answer as Observation<HttpAnswer>) };
    const overview = runningOverview({ collections: [silent] });
    const why = 'Qdrant answers with something unreadable';
    expect(statusData(overview).collections).toEqual([
      { name: 'docs', exists: true, points: 1_234_567, unknown: why },
    ]);
    expect(shown(overview)).toContain(`docs         unknown: ${why}`);
    expect(downOf(overview)).toEqual([`collection docs: unknown, ${why}`]);
  });

  it('says that a collection is missing, without numbers', () => {
    const { qdrant } = runningOverview();
    const data = statusData(runningOverview({ qdrant: { ...qdrant, names: known([]) } }));
    expect(data.collections).toEqual([{ name: 'docs', exists: false }]);
  });
});

describe('values', () => {
  it.each([
    [0, '0 B'],
    [1536, '1.5 KiB'],
    [8 * 1024 ** 3, '8.0 GiB'],
  ])('%d bytes is %s', (value, text) => {
    expect(bytes(value)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [59, '59 s'],
    [3600, '1 h'],
    [3725, '1 h 2 min'],
    [90_061, '1 d 1 h'],
  ])('%d seconds is %s', (seconds, text) => {
    expect(span(seconds)).toBe(text);
  });

  it('groups digits', () => {
    expect([points(0), points(999), points(1000), points(12_034_567)]).toEqual([
      '0',
      '999',
      '1 000',
      '12 034 567',
    ]);
  });
});
