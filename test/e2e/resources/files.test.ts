import { beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { absent } from '../../../src/resources/absent.js';
import { aptTransaction } from '../../../src/resources/apt.js';
import { directory } from '../../../src/resources/directory.js';
import { file } from '../../../src/resources/file.js';
import { symlink } from '../../../src/resources/symlink.js';
import { changeOf, converge, NO_CONTAINER, rootHost } from '../../support/root-host.js';

const ROOT = '/opt/vdb test/files';

const HAPROXY = `defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend f
  bind 127.0.0.1:18099
`;

describe.skipIf(NO_CONTAINER)(`files on a real host ${NO_CONTAINER ?? ''}`, () => {
  let host: Host;
  beforeAll(async () => {
    host = await rootHost();
    await host.run({ title: 'clean', script: sh`rm -rf '/opt/vdb test'` });
  });

  test('a directory is created with its parents, mode and owner', async () => {
    const wanted = directory({ path: ROOT, mode: '0750', owner: 'root:adm' });
    const { before, after } = await converge(host, wanted);
    expect(before?.action).toBe('create');
    expect(after).toBeNull();
  });

  test('a file is created, changed and given its mode back', async () => {
    const path = `${ROOT}/it's a file`;
    const first = file({ path, content: 'one\n$two `three`\n' });
    expect(await converge(host, first)).toMatchObject({ before: { action: 'create' }, after: null });

    const second = file({ path, content: 'ünï\n', mode: '0600', owner: 'root:adm' });
    const change = await changeOf(host, second);
    expect(change?.content).toEqual({ before: 'one\n$two `three`\n', after: 'ünï\n', secret: false });
    expect((await converge(host, second)).after).toBeNull();

    await host.run({ title: 'spoil', script: sh`chmod 644 ${path}` });
    expect(await converge(host, second)).toMatchObject({
      before: { summary: 'mode 0644, want 0600' },
      after: null,
    });
  });

  test('a secret is written but never read back', async () => {
    const path = `${ROOT}/secret`;
    await converge(host, file({ path, content: 'old-sentinel', secret: true, mode: '0600' }));
    const change = await changeOf(host, file({ path, content: 'new-sentinel', secret: true, mode: '0600' }));
    expect(change?.summary).toBe('content differs (secret)');
    expect(JSON.stringify(change)).not.toContain('sentinel');
  });

  test('an invalid file does not replace a valid one', async () => {
    const path = `${ROOT}/sudoers`;
    await converge(host, file({ path, content: 'root ALL=(ALL) ALL\n', mode: '0440', validate: 'visudo' }));
    const broken = file({ path, content: 'root ALL ALL(\n', mode: '0440', validate: 'visudo' });
    await expect(converge(host, broken)).rejects.toThrow('exit code 65');
    const { stdout } = await host.read(sh`cat ${path}; ls -A ${ROOT}`);
    expect(stdout).toContain('root ALL=(ALL) ALL');
    expect(stdout).not.toContain('.vdb');
  });

  test.each([
    ['visudo', 'root ALL ALL(\n', 'root ALL=(ALL) ALL\n', 'syntax error'],
    ['sshd', 'Nonsense yes\n', 'Port 22\n', 'Nonsense'],
    ['haproxy', 'defaults\n  nonsense\n', HAPROXY, 'nonsense'],
  ] as const)('%s says what is wrong', async (validate, bad, good, message) => {
    if (validate === 'haproxy') await host.run(aptTransaction(['haproxy']));
    const path = `${ROOT}/${validate}.conf`;
    await expect(converge(host, file({ path, content: bad, validate }))).rejects.toMatchObject({
      details: { stderr: expect.stringContaining(message) },
    });
    expect((await converge(host, file({ path, content: good, validate }))).after).toBeNull();
  });

  test('a file whose validator is not installed is not written', async () => {
    const path = `${ROOT}/prometheus.yml`;
    const wanted = file({ path, content: '', validate: 'promtool' });
    await expect(converge(host, wanted)).rejects.toMatchObject({
      details: { stderr: expect.stringContaining('promtool is not installed') },
    });
    expect((await host.read(sh`test -e ${path}`)).exitCode).toBe(1);
  });

  test('a link is made, moved and removed', async () => {
    const path = `${ROOT}/current`;
    expect((await converge(host, symlink({ path, target: '/opt/a b' }))).after).toBeNull();
    expect(await converge(host, symlink({ path, target: '/etc' }))).toMatchObject({
      before: { action: 'update' },
      after: null,
    });
    expect(await converge(host, absent({ path }))).toMatchObject({
      before: { action: 'remove' },
      after: null,
    });
    expect((await host.read(sh`test -e /etc/passwd`)).exitCode).toBe(0);
  });

  test('a directory with contents goes away', async () => {
    expect(await converge(host, absent({ path: '/opt/vdb test' }))).toMatchObject({ after: null });
  });
});
