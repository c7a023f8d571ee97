import { describe, expect, it } from 'vitest';
import { collect, collectedOf } from '../../../src/diagnose/collect.js';
import type { Part } from '../../../src/diagnose/parts.js';
import { sh } from '../../../src/host/shell.js';
import { localHost } from '../checks/local-host.js';

const PART: Part = { file: 'a/b.txt', what: 'something', script: sh`run true` };
const END = '\n@@ exit 0';

describe('collectedOf', () => {
  it('takes what was said, without the lines that tell how it went', () => {
    expect(collectedOf(PART, `$ true\n\n@@ 1 0${END}`)).toEqual({
      ...{ file: 'a/b.txt', what: 'something', text: '$ true\n', failed: 0 },
    });
  });

  it('counts the commands that failed beside others', () => {
    expect(collectedOf(PART, `$ x\n(exit code 3)\n@@ 2 1${END}`)).toMatchObject({ failed: 1 });
    expect(collectedOf(PART, `$ x\n(exit code 3)\n@@ 2 1${END}`)).not.toHaveProperty('missing');
  });

  it.each([
    ['the host did not answer', undefined],
    ['the host did not answer', 'cut in the mid'],
    ['no answer within 20 s', 'begun\n@@ exit 124'],
    ['no answer within 20 s', 'begun\n@@ exit 137'],
    ['it ended with exit code 2', 'bash: syntax error\n@@ exit 2'],
    ['there is nothing of it on the host', `\n@@ 0 0${END}`],
    ['exit code 1, the command is not there', `(exit code 1)\n(the command is not there)\n@@ 0 2${END}`],
    ['no answer within 8 s', `(no answer within 8 s)\n(no answer within 8 s)\n@@ 0 2${END}`],
  ])('says why nothing could be had: %s', (missing, said) => {
    expect(collectedOf(PART, said)).toMatchObject({ missing });
  });

  it('keeps what was said before it hung', () => {
    expect(collectedOf(PART, 'begun\n@@ exit 124').text).toBe('begun');
  });

  it('says that it was cut, and does not take a long answer for a failure', () => {
    const cut = collectedOf(PART, `${'x'.repeat(512 * 1024)}\n@@ exit 141`);
    expect(cut).not.toHaveProperty('missing');
    expect(cut.text).toContain('cut here');
  });
});

describe('collect', () => {
  const part = (file: string, script: Part['script'], seconds?: number): Part => ({
    ...{ file, what: file, script },
    ...(seconds === undefined ? {} : { seconds }),
  });

  it('asks for everything in one command, and each part answers for itself', async () => {
    const host = localHost();
    const found = await collect(host, [
      part('good', sh`run echo ${"it's"} "\${HOME:+home}"; run echo two`),
      part('bad', sh`run no-such-command-here`),
      part('hanging', sh`run echo begun; sleep 30`, 1),
      part('returning', sh`echo early; well=1; return; run false`),
      part('file', sh`show /etc/hostname /no/such/file`),
      part('long', sh`run bash -c 'yes long | head -c 2000000'`),
    ]);
    expect(host.commandCount).toBe(1);
    const of = (file: string) => found.find((each) => each.file === file);
    expect(of('good')).toMatchObject({
      failed: 0,
      text: expect.stringContaining("$ echo it's home\nit's home\n"),
    });
    expect(of('bad')).toMatchObject({ missing: 'the command is not there' });
    expect(of('hanging')).toMatchObject({
      missing: 'no answer within 1 s',
      text: expect.stringContaining('begun'),
    });
    expect(of('returning')).toMatchObject({ text: 'early\n', failed: 0 });
    expect(of('file')?.text).toMatch(/^==> \/etc\/hostname \(-[rwx-]{9} \w+:\w+, \d+ bytes/);
    expect(of('long')?.text).toContain('cut here');
  });

  it('does not hold up a part with much to say while an earlier one hangs', async () => {
    const found = await collect(localHost(), [
      part('hanging', sh`sleep 30`, 3),
      part('long', sh`limit=1; run bash -c 'yes long | head -c 300000'`),
    ]);
    expect(found.find(({ file }) => file === 'long')).toMatchObject({ failed: 0 });
    expect(found.find(({ file }) => file === 'long')).not.toHaveProperty('missing');
  });
});
