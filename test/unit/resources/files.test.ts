import { describe, expect, test } from 'vitest';
import { absent } from '../../../src/resources/absent.js';
import { directory } from '../../../src/resources/directory.js';
import { file, sha256 } from '../../../src/resources/file.js';
import type { PathState } from '../../../src/resources/path-probe.js';
import { symlink } from '../../../src/resources/symlink.js';
import { answer, commandsFor, scriptOf } from '../../support/resource-table.js';

const CONTENT = 'port 1\n';
const there: PathState = { type: 'file', mode: '644', owner: 'root:root', size: 7, sha256: sha256(CONTENT) };

describe('file', () => {
  const wanted = file({ path: '/etc/a b.conf', content: CONTENT });

  test.each<[string, PathState | null, string | null]>([
    ['is there as wanted', there, null],
    ['is missing', null, 'create the file'],
    ['has another mode', { ...there, mode: '600' }, 'mode 0600, want 0644'],
    ['has another owner', { ...there, owner: 'a:b' }, 'owner a:b, want root:root'],
    ['has other content', { ...there, sha256: 'x', content: 'port 2\n' }, 'content differs'],
    ['differs in all', { ...there, sha256: 'x', mode: '0' }, 'content differs; mode 0000, want 0644'],
    ['is a link', { ...there, type: 'link', target: '/x' }, 'replace the symbolic link by a file'],
  ])('that %s', (_, have, summary) => {
    expect(wanted.diff(have)?.summary ?? null).toBe(summary);
  });

  test('shows the difference of its content', () => {
    const change = wanted.diff({ ...there, sha256: 'x', content: 'port 2\n' });
    expect(change?.content).toEqual({ before: 'port 2\n', after: CONTENT, secret: false });
  });

  test('only gets its mode and owner when the content is right', () => {
    expect(commandsFor(wanted, { ...there, mode: '600' })).toEqual([
      "chown -h root:root -- '/etc/a b.conf' && chmod 0644 -- '/etc/a b.conf'",
    ]);
  });

  test('refuses to replace a directory', () => {
    expect(wanted.diff({ ...there, type: 'directory' })?.refused?.next).toContain('mv /etc/a b.conf');
  });

  test('never names the content of a secret, in the change, the probe or the command', () => {
    const secret = file({ path: '/etc/key', content: 'sentinel-1', secret: true });
    const change = secret.diff({ ...there, content: 'sentinel-2' });
    const [command] = secret.apply(change ?? { action: 'update', summary: '' }, null);
    expect(JSON.stringify([change, secret.probe.arg, command?.script.source])).not.toContain('sentinel');
    expect(command?.stdin).toBe('sentinel-1');
    expect(scriptOf(secret)).toContain('declare -A wanted=()');
  });

  test('is checked by the program that will read it', () => {
    const [script] = commandsFor(file({ path: '/etc/sudoers.d/x', content: '', validate: 'visudo' }), null);
    expect(script).toContain('visudo -cf "$1"');
    expect(script).toContain('command -v visudo');
  });

  test.each([
    [1, 'visudo is not installed, so the file cannot be checked', 'not installed yet'],
    [65, 'syntax error', 'not valid'],
    [1, 'mktemp: failed to create file via template: No such file or directory', 'directory of the file'],
    [1, "chown: invalid user: 'qdrant:qdrant'", 'owner of the file'],
    [1, 'cat: write error: No space left on device', 'file system is full'],
  ])('explains exit code %i with "%s"', (exitCode, stderr, meaning) => {
    expect(wanted.explain?.({ exitCode, stderr, stdout: '', durationMs: 0 })?.meaning).toContain(meaning);
  });

  test('is unknown, not missing, when stat did not answer', () => {
    expect(answer(wanted, 'sha256sum: something else')).toMatchObject({ status: 'unknown' });
    expect(answer(wanted, "stat: cannot statx '/etc/a b.conf': Permission denied")).toMatchObject({
      status: 'unknown',
    });
    expect(answer(wanted, "stat: cannot statx '/etc/a b.conf': No such file or directory")).toEqual({
      status: 'known',
      value: null,
    });
    expect(answer(wanted, 'S|regular file|644|root:root|7|/etc/a b.conf')).toMatchObject({
      status: 'unknown',
    });
  });

  test('is read from one stat and one sha256sum', () => {
    const sum = sha256('x');
    const stdout = `S|regular file|640|root:adm|7|/etc/a b.conf\nH|${sum}|/etc/a b.conf\nC|eA==|/etc/a b.conf\n`;
    expect(answer(wanted, stdout)).toEqual({
      status: 'known',
      value: { type: 'file', mode: '640', owner: 'root:adm', size: 7, sha256: sum, content: 'x' },
    });
  });
});

describe('directory', () => {
  const wanted = directory({ path: '/data/q', mode: '0750', owner: 'q:q' });

  test('is created with its parents, then owned', () => {
    expect(commandsFor(wanted, null)).toEqual([
      'umask 022 && mkdir -p -- /data/q',
      'chown -h q:q -- /data/q && chmod 0750 -- /data/q',
    ]);
  });

  test.each<[Partial<PathState>, string | null]>([
    [{ type: 'directory', mode: '750', owner: 'q:q' }, null],
    [{ type: 'directory', mode: '755', owner: 'q:q' }, 'mode 0755, want 0750'],
    [{ type: 'link', target: '/mnt' }, 'a symbolic link to /mnt is in the way'],
    [{ type: 'file' }, 'not a directory is in the way'],
  ])('found as %o', (have, summary) => {
    expect(wanted.diff({ ...there, ...have })?.summary ?? null).toBe(summary);
  });
});

describe('symlink', () => {
  test.each<[PathState | null, string | null]>([
    [null, 'link to /b'],
    [{ ...there, type: 'link', target: '/b' }, null],
    [{ ...there, type: 'link', target: '/c' }, 'target /c, want /b'],
  ])('found as %o', (have, summary) => {
    expect(symlink({ path: '/a', target: '/b' }).diff(have)?.summary ?? null).toBe(summary);
  });

  test('does not replace what is no link', () => {
    expect(symlink({ path: '/a', target: '/b' }).diff(there)?.refused?.why).toContain('/a is a file');
  });
});

describe('absent', () => {
  test('removes without crossing file systems', () => {
    expect(commandsFor(absent({ path: '/opt/x' }), there)).toEqual(['rm -rf --one-file-system -- /opt/x']);
    expect(absent({ path: '/opt/x' }).diff(null)).toBeNull();
  });

  test.each(['/', '/etc', '/opt/', '/opt/../etc', 'opt/x'])('refuses %s', (path) => {
    expect(() => absent({ path })).toThrow('refusing');
  });
});
