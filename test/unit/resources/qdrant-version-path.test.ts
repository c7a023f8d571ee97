import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/engine/plan.js';
import { known } from '../../../src/host/probe.js';
import { qdrantVersionPath } from '../../../src/resources/qdrant-version-path.js';

const path = (version: string) => qdrantVersionPath({ stateFile: '/var/lib/vdb/state.json', version });

describe('the way from the version that ran', () => {
  it.each([
    ['no version ran yet', null],
    ['the same ran', '1.18.3'],
    ['the minor version before ran', '1.17.1'],
  ])('is free where %s', (_, have) => {
    expect(judge(path('1.18.3'), known(have))).toEqual({ status: 'ok' });
  });

  it.each([
    ['1.16.0', 'at most one minor version more'],
    ['1.19.0', 'no step back'],
    ['nightly', 'two versions that can be compared'],
  ])('is refused from %s, and holds back the task', (have, needed) => {
    const verdict = judge(path('1.18.3'), known(have));
    expect(verdict).toMatchObject({
      status: 'refused',
      change: { refused: { blocks: true, why: expect.stringContaining(needed) } },
    });
  });

  it('reads what was written down, and does not take what it cannot read for a first installation', () => {
    const { kind } = path('1.18.3').probe;
    const line = (code: number, text: string): string => `${code} ${Buffer.from(text).toString('base64')}\n`;
    const parse = (stdout: string) => kind.parse(stdout, ['/s'])[0];
    expect(parse(line(0, '{"qdrant":{"version":"1.17.1"}}'))).toEqual(known('1.17.1'));
    expect(parse(line(1, 'cat: /s: No such file or directory'))).toEqual(known(null));
    expect(parse(line(0, '{"qdrant":{}}'))?.status).toBe('unknown');
    expect(parse(line(1, 'cat: /s: Permission denied'))?.status).toBe('unknown');
    expect(() => parse(line(0, '{"qdr'))).toThrow();
  });
});
