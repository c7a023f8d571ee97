import { describe, expect, it } from 'vitest';
import { assumeSize, maskedStreams, terminalOf, wantsColor } from '../../../src/cli/terminal.js';
import { Redactor } from '../../../src/host/redact.js';
import { testStreams } from '../../support/streams.js';

describe('wantsColor', () => {
  it.each([
    ['on a terminal', {}, undefined, true, true],
    ['not in a pipe', {}, undefined, false, false],
    ['not with NO_COLOR', { NO_COLOR: '1' }, undefined, true, false],
    ['as if NO_COLOR were not there when it is empty', { NO_COLOR: '' }, undefined, true, true],
    ['in a pipe with FORCE_COLOR', { FORCE_COLOR: '1' }, undefined, false, true],
    ['not with FORCE_COLOR=0', { FORCE_COLOR: '0' }, undefined, true, false],
    ['not on a dumb terminal', { TERM: 'dumb' }, undefined, true, false],
    ['with --color whatever the environment says', { NO_COLOR: '1' }, true, false, true],
    ['not with --no-color', { FORCE_COLOR: '1' }, false, true, false],
    ['not with NO_COLOR against FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, undefined, true, false],
  ])('colours %s', (_, env, flag, isTty, expected) => {
    expect(wantsColor(env, flag, isTty)).toBe(expected);
  });
});

describe('terminalOf', () => {
  it('ends every text with one newline', () => {
    const { streams, written } = testStreams();
    const terminal = terminalOf(streams, { quiet: false, json: false, color: undefined });
    terminal.out('a');
    terminal.out('b\n');
    expect(written.out).toBe('a\nb\n');
  });

  it('keeps progress to itself with --quiet, and results not', () => {
    const { streams, written } = testStreams();
    const terminal = terminalOf(streams, { quiet: true, json: false, color: undefined });
    terminal.err('progress');
    terminal.out('result');
    expect(written).toEqual({ out: 'result\n', err: '' });
  });

  it.each([
    ['asks on a terminal', true, false, true],
    ['does not ask off a terminal', false, false, false],
    ['does not ask with --json', true, true, false],
  ])('%s', (_, tty, json, interactive) => {
    const { streams } = testStreams({ tty });
    expect(terminalOf(streams, { quiet: false, json, color: undefined }).interactive).toBe(interactive);
  });
});

describe('maskedStreams', () => {
  it('masks what became a secret after the streams were made', () => {
    const { streams, written } = testStreams();
    const redactor = new Redactor();
    const masked = maskedStreams(streams, redactor);
    redactor.add('hunter2hunter2');
    masked.stdout.write('key hunter2hunter2\n');
    masked.stderr.write('key hunter2hunter2\n');
    expect(written.out + written.err).not.toContain('hunter2');
  });
});

describe('the size of a terminal', () => {
  it.each([0, Number.NaN, undefined])('is taken for 80 by 24 where it says %s', (size) => {
    const stream = { isTTY: true, columns: size, rows: size };
    assumeSize(stream as never);
    expect([stream.columns, stream.rows]).toEqual([80, 24]);
  });

  it('is its own as soon as it has one, and 80 columns again where that is lost', () => {
    const stream = { isTTY: true, columns: 0, rows: 0 };
    assumeSize(stream);
    Object.assign(stream, { columns: 132, rows: 50 });
    expect([stream.columns, stream.rows]).toEqual([132, 50]);
    stream.columns = 0;
    expect(stream.columns).toBe(80);
  });

  it('is not made up for what is no terminal', () => {
    const stream: { isTTY?: boolean; columns?: number } = {};
    assumeSize(stream);
    expect(stream).toEqual({});
  });

  it('is that of stderr where stdout has none', () => {
    const { streams } = testStreams({ tty: true });
    const stdout = { ...streams.stdout, columns: 0 };
    const terminal = (stderr: number) =>
      terminalOf(
        { ...streams, stdout, stderr: { ...streams.stderr, columns: stderr } },
        { quiet: false, json: false, color: undefined },
      );
    expect([terminal(120).columns, terminal(0).columns]).toEqual([120, 80]);
  });
});
