import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Ended, events, type LabHost, result, start } from '../support/lab.js';
import { vdbWith } from './support/configuration.js';
import { changes, listFiles } from './support/listing.js';
import { sample } from './support/sampler.js';
import { onSharedHost } from './support/shared.js';
import { site } from './support/site.js';

const DIRECTORY = join(site.directory, 'bundles');

/** Secrets that no configuration knows any more, each planted in another way; `G` stands in a log on its own too. */
const OLD = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K'].map(
  (letter) => `Sentinel/${letter}+7Qx=`,
);
const [A, B, C, D, E, F, G, H, I, J, K] = OLD;

const PLANT = `
  printf 'service:\\n  api_key: "${G}"\\n' >/opt/qdrant/config/qdrant-green.yaml
  printf -- '-----BEGIN PRIVATE KEY-----\\n${A}\\n-----END PRIVATE KEY-----\\n' >/opt/qdrant/config/old.key
  printf 'url: postgresql://app:%s@127.0.0.1/x\\npassword: |\\n  %s\\n' '${B}' '${C}' >/opt/citadel/config/old.yaml
  printf 'requirepass "${D}"\\nuser app on >${D} +@all\\n' >/etc/redis/old.conf
  mkdir -p /etc/systemd/system/qdrant@blue.service.d
  printf '[Service]\\nEnvironment="OLD_API_KEY=${E} with words"\\n' >/etc/systemd/system/qdrant@blue.service.d/99-old.conf
  printf '# token: ${F}\\n' >/etc/security/limits.d/99-old.conf
  logger -p user.err 'refused the key ${G} of a client'
  logger -p user.err 'started with --password ${H} --port 1'
  printf "LOG: statement: ALTER ROLE app PASSWORD '${I}'\\n" >/var/log/postgresql/old.log
  printf '{"event":"note","command":"vdb x --token ${J}"}\\n' >>/var/lib/vdb/journal.ndjson
  runuser -u postgres -- psql -qc "comment on database postgres is 'secret=${K}'"
  systemctl daemon-reload`;

const CLEAN = `
  rm -rf /opt/qdrant/config/qdrant-green.yaml /opt/qdrant/config/old.key /opt/citadel/config/old.yaml /etc/redis/old.conf
  rm -rf /etc/systemd/system/qdrant@blue.service.d/99-old.conf /etc/security/limits.d/99-old.conf /var/log/postgresql/old.log
  sed -i '/"event":"note"/d' /var/lib/vdb/journal.ndjson
  runuser -u postgres -- psql -qc "comment on database postgres is null"
  systemctl daemon-reload`;

onSharedHost('vdb diagnose', (host) => {
  afterAll(() => rm(DIRECTORY, { recursive: true, force: true }));

  test('holds no secret of the configuration, nor one that is only left on the host', async () => {
    const files = await during(host(), PLANT, CLEAN, async () =>
      contentsOf(await diagnose(host(), 'sentinels')),
    );
    const places = {
      'config/qdrant.txt': 'qdrant-green.yaml',
      'config/postgres.txt': 'old.yaml',
      'config/redis.txt': 'requirepass "[secret]"',
      'units/files.txt': 'OLD_API_KEY=[secret]',
      'config/system.txt': '# token: [secret]',
      'journal/errors.txt': 'refused the key [secret] of a client',
      'journal/files.txt': 'PASSWORD [secret]',
      'vdb/journal.ndjson': '--token [secret]',
      'postgres/state.txt': 'secret=[secret]',
      'vdb/config.yaml': 'api_key: "[secret]"',
    };
    for (const [file, text] of Object.entries(places)) expect(files.get(file), file).toContain(text);
    const secrets = [...OLD, ...host().secrets].flatMap((secret) => [
      ...[secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)],
    ]);
    for (const [file, text] of files) {
      expect(text, file).not.toContain('Sentinel');
      expect(secrets.filter((secret) => text.includes(secret)).length, file).toBe(0);
    }
  });

  test('changes nothing, needs no lock, and says on stdout where it is and what is in it', async () => {
    const sampler = await sample(host());
    const before = await listFiles(host());
    const ended = await host().vdb(`diagnose --output ${join(DIRECTORY, 'calm', 'x.tar.gz')}`);
    expect(changes(before, await listFiles(host()))).toEqual([]);
    expect(await sampler.stop()).toMatchObject({ busy: 0, unlocked: 0 });
    expect(ended.exitCode).toBe(0);
    expect(ended.stdout).toMatch(/^Written: \S+x\.tar\.gz \(\d+ kB, readable by you alone\)\n/);
    expect(ended.stdout).toMatch(/Checks: Ready: shared/);
    expect(ended.stdout).not.toContain('Could not be had');
    expect(ended.stderr).toContain('Looking at');
    expect((await stat(join(DIRECTORY, 'calm', 'x.tar.gz'))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(DIRECTORY, 'calm'))).toEqual(['x.tar.gz']);
  });

  test('has facts, versions, units, journals, configuration and checks, in few commands', async () => {
    const ended = await diagnose(host(), 'contents');
    expect(result(ended)).toMatchObject({ status: 'written', checks: 'ready', missing: [], exit_code: 0 });
    expect(result(ended).ssh_commands).toBeLessThanOrEqual(6);
    const files = await contentsOf(ended);
    expect(files.get('README.txt')).toContain('Everything that was asked for could be had.');
    expect(JSON.parse(files.get('host/facts.json') ?? '')).toMatchObject({ os: { id: 'debian' } });
    expect(JSON.parse(files.get('checks/report.json') ?? '')).toMatchObject({ status: 'ready' });
    expect(files.get('checks/report.txt')).toMatch(/ok +qdrant\.livez/);
    expect(files.get('units/states.txt')).toMatch(/Id=redis-server\.service[\s\S]*ActiveState=active/);
    expect(files.get('qdrant/blue.txt')).toContain('"raft_info"');
    expect(files.get('postgres/state.txt')).toContain('vector_metadata');
    expect(files.get('redis/info.txt')).toContain('redis_version:');
    expect(files.get('host/versions.txt')).toContain('postgresql-17 ');
    expect(files.get('vdb/journal.ndjson')).toContain('"event":"intent"');
  });

  test('shows a unit that is stopped', async () => {
    const ended = await during(host(), 'systemctl stop redis-server', 'systemctl start redis-server', () =>
      diagnose(host(), 'stopped'),
    );
    expect(result(ended)).toMatchObject({ status: 'written', checks: 'not-ready', exit_code: 0 });
    const files = await contentsOf(ended);
    expect(files.get('units/states.txt')).toMatch(/Id=redis-server\.service[\s\S]*?ActiveState=inactive/);
    expect(files.get('checks/report.txt')).toMatch(/FAIL +redis\.ping/);
  });

  test('is written although a part of it hangs, and says which', async () => {
    const hang = `printf '#!/bin/sh\\nsleep 300\\n' >/usr/local/bin/ss; chmod +x /usr/local/bin/ss`;
    const ended = await during(host(), hang, 'rm /usr/local/bin/ss', () => diagnose(host(), 'hanging'));
    expect(ended.exitCode).toBe(0);
    expect(result(ended).missing).toEqual([
      { file: 'host/sockets.txt', why: expect.stringContaining('no answer within 8 s') },
    ]);
    const files = await contentsOf(ended);
    expect(files.get('host/sockets.txt')).toContain('This could not be had: no answer within 8 s');
    expect(files.get('README.txt')).toMatch(/could not be had:\n {2}host\/sockets\.txt/);
    expect(files.get('host/memory.txt')).toContain('MemTotal');
  });

  test('is written although the checks cannot run, and says why', async () => {
    const state = '/var/lib/vdb/state.json';
    const ended = await during(
      host(),
      `cp -p ${state} /run/state.json; echo torn >${state}`,
      `cp -p /run/state.json ${state}; rm /run/state.json`,
      () => diagnose(host(), 'torn'),
    );
    expect(result(ended)).toMatchObject({ checks: 'could-not-run', exit_code: 0 });
    const files = await contentsOf(ended);
    expect(files.get('checks/report.txt')).toContain('Which slot of Qdrant is active is not known');
    expect(files.get('vdb/state.txt')).toContain('torn');
  });

  test('ends with 4, what to do and no archive where the host cannot be reached', async () => {
    const archive = join(DIRECTORY, 'unreached.tar.gz');
    const ended = await vdbWith(
      host(),
      (document) => document.setIn(['hosts', 0, 'port'], 9),
      `diagnose --output ${archive} --json`,
    );
    expect(ended.exitCode).toBe(4);
    expect(result(ended)).toMatchObject({ error: { next: expect.any(String) } });
    await expect(stat(archive)).rejects.toThrow();
  });
});

/** Runs `work` on the host as `before` leaves it, and mends it whatever happens. */
async function during<T>(host: LabHost, before: string, after: string, work: () => Promise<T>): Promise<T> {
  try {
    await host.inside(before);
    return await work();
  } finally {
    await host.inside(after);
  }
}

async function diagnose(host: LabHost, name: string): Promise<Ended> {
  await mkdir(DIRECTORY, { recursive: true });
  const ended = await host.vdb(`diagnose --output ${join(DIRECTORY, `${name}.tar.gz`)} --json`);
  expect(events(ended.stdout)).toHaveLength(1);
  expect(ended.stderr).toBe('');
  return ended;
}

/** Every file of the bundle by its name in it. */
async function contentsOf(ended: Ended): Promise<Map<string, string>> {
  const { archive, files } = result(ended) as { archive: string; files: string[] };
  const directory = `${archive}.d`;
  await mkdir(directory);
  expect(
    (await start('tar', ['-xzf', archive, '-C', directory, '--strip-components=1']).ended).exitCode,
  ).toBe(0);
  const read = files.map(async (file) => [file, await readFile(join(directory, file), 'utf8')] as const);
  return new Map(await Promise.all(read));
}
