import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type DeployRecord, PHASES } from '../../../src/deploy/record.js';
import {
  type Installed,
  installedKind,
  prunable,
  pruneCommand,
  type Release,
  releasesOf,
} from '../../../src/deploy/releases.js';

const DAY = 86_400_000;

/** A release of the gateway that was installed on that day of 2030. */
function release(name: string, day: number, ...links: string[]): Installed {
  return {
    name: `gateway-${name}`,
    at: Date.UTC(2030, 0, 1) + day * DAY,
    manifest: { source: 'tarball', artefact_sha256: name.repeat(4) },
    links,
  };
}

function deploy(day: number, from: string, to: string, state: DeployRecord['state']): DeployRecord {
  const started = new Date(Date.UTC(2030, 0, 1) + day * DAY).toISOString();
  return {
    ...{ schema: 'vdb.deploy/1', id: '20300101T000000Z', kind: 'deploy', service: 'gateway' },
    from: { slot: 'blue', release: `gateway-${from}` },
    to: { slot: 'green', release: `gateway-${to}`, sha256: 'f'.repeat(64) },
    ...{ standby: null, configuration: 'c', by: 'me@here', command: 'vdb deploy', vdb: '1', state, started },
    phases: PHASES.map((name) => ({ name, status: 'pending' as const })),
  };
}

const slots = { qdrant: 'blue', gateway: { active: 'green', standby: 'blue' } };

const states = (releases: readonly Release[]): Record<string, string> =>
  Object.fromEntries(releases.map(({ name, state }) => [name.replace('gateway-', ''), state]));

describe('releases', () => {
  const installed = [
    release('a', 0),
    release('b', 1, 'gateway/blue-1', 'gateway/blue-2'),
    release('c', 2, 'gateway/green-1'),
    release('d', 3),
    release('e', 4),
  ];
  const records = [
    deploy(5, 'c', 'e', 'paused'),
    deploy(4, 'c', 'd', 'returned'),
    deploy(3, 'b', 'c', 'done'),
    deploy(2, 'x', 'b', 'done'),
  ];

  test('serve, stand by, are deployed, have failed, or are kept', () => {
    expect(states(releasesOf(installed, records, slots))).toEqual({
      ...{ e: 'deploying', d: 'failed', c: 'active', b: 'standby', a: 'kept' },
    });
  });

  test('are listed newest first, with who deployed them, from what', () => {
    const [newest, ...rest] = releasesOf(installed, records, slots);
    expect(newest).toMatchObject({
      ...{ name: 'gateway-e', by: 'me@here', source: 'tarball', sha256: 'f'.repeat(64) },
    });
    const oldest = rest.at(-1);
    expect(oldest).toMatchObject({ name: 'gateway-a', sha256: 'aaaa' });
    expect(oldest).not.toHaveProperty('by');
  });

  test('that a later deploy has made good are no failures', () => {
    const again = [deploy(6, 'c', 'd', 'done'), ...records];
    expect(states(releasesOf(installed, again, slots)).d).toBe('kept');
  });

  test('that are gone are told of, once', () => {
    const gone = [deploy(2, 'b', 'x', 'done'), deploy(1, 'a', 'x', 'failed')];
    const found = releasesOf(installed, gone, slots).filter(({ state }) => state === 'pruned');
    expect(found.map(({ name, at }) => [name, at])).toEqual([['gateway-x', Date.UTC(2030, 0, 3)]]);
  });

  test('of Qdrant serve by the link of their slot', () => {
    const qdrant = [
      { ...release('', 0, 'slots/blue'), name: '1.18.3' },
      { ...release('', 0), name: '1.18.2' },
    ];
    expect(releasesOf(qdrant, [], slots)).toMatchObject([
      { service: 'qdrant', name: '1.18.3', state: 'active' },
      { service: 'qdrant', name: '1.18.2', state: 'kept' },
    ]);
  });

  test('are read from the host with the links that lead to them', async () => {
    const root = await mkdtemp(join(tmpdir(), 'vdb-releases-'));
    try {
      for (const name of ['gateway-one', 'gateway two'])
        await mkdir(join(root, 'releases', name), { recursive: true });
      await mkdir(join(root, 'gateway'));
      await writeFile(join(root, 'releases/gateway-one/manifest.json'), '{"source":"wheel"}');
      await symlink(join(root, 'releases/gateway-one'), join(root, 'gateway/blue-1'));
      await writeFile(join(root, 'releases/no-directory'), '');
      const { stdout } = await promisify(execFile)('bash', ['-c', installedKind.script([root]).source]);
      const [observation] = installedKind.parse(stdout, [root]);
      expect(observation).toMatchObject({
        value: [
          { name: 'gateway two', manifest: null, links: [] },
          { name: 'gateway-one', manifest: { source: 'wheel' }, links: ['gateway/blue-1'] },
        ],
      });
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test('are none on a fresh host, and none is invented from what cannot be read', async () => {
    const { stdout } = await promisify(execFile)('bash', ['-c', installedKind.script(['/nowhere']).source]);
    expect(installedKind.parse(stdout, ['/nowhere'])).toEqual([{ status: 'known', value: [] }]);
    expect(() => installedKind.parse('@root\nfoo\n', ['/nowhere'])).toThrow('no release: foo');
  });
});

describe('retention', () => {
  const many = [
    release('old', 0),
    release('linked', 1, 'gateway/other'),
    release('broken', 5),
    release('standby', 2, 'gateway/blue-1'),
    release('active', 3, 'gateway/green-1'),
    release('new', 6),
  ];
  const releases = releasesOf(many, [deploy(5, 'active', 'broken', 'failed')], slots);
  const goes = (keep: number): string[] => prunable(releases, many, { service: 'gateway', keep });

  test('removes nothing while there are few', () => {
    expect(goes(6)).toEqual([]);
  });

  test('removes what failed first, then the oldest', () => {
    expect(goes(5)).toEqual(['gateway-broken']);
    expect(goes(4)).toEqual(['gateway-broken', 'gateway-old']);
  });

  test('never removes what serves, stands by, or is linked to, however few are kept', () => {
    expect(goes(0)).toEqual(['gateway-broken', 'gateway-old', 'gateway-new']);
  });

  test('takes what it was told, but nothing that a link leads to by then', async () => {
    const root = await mkdtemp(join(tmpdir(), 'vdb-prune-'));
    try {
      for (const name of ['old', 'used', 'other'])
        await mkdir(join(root, 'releases', name), { recursive: true });
      await mkdir(join(root, 'gateway'));
      await symlink(join(root, 'releases/used'), join(root, 'gateway/blue-1'));
      await promisify(execFile)('bash', ['-c', pruneCommand(root, ['old', 'used', 'gone']).script.source]);
      expect((await readdir(join(root, 'releases'))).sort()).toEqual(['other', 'used']);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  test('never takes what a rollback of a deploy in place would put back, as long as there is such a rollback', () => {
    const begun = deploy(8, 'old', 'active', 'done');
    const inPlace = { ...begun, from: { ...begun.from, slot: begun.to.slot } };
    const goesAfter = (...records: DeployRecord[]): string[] => {
      const found = releasesOf(many, records, slots);
      return prunable(found, many, { service: 'gateway', keep: 0 });
    };
    expect(goesAfter(inPlace)).not.toContain('gateway-old');
    expect(goesAfter({ ...inPlace, state: 'running' })).not.toContain('gateway-old');
    expect(goesAfter(deploy(9, 'active', 'new', 'done'), inPlace)).toContain('gateway-old');
  });

  test('leaves the releases of another service alone', () => {
    expect(prunable(releases, many, { service: 'qdrant', keep: 0 })).toEqual([]);
  });
});
