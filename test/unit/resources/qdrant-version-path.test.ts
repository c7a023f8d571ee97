import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/engine/plan.js';
import { known } from '../../../src/host/probe.js';
import { qdrantVersionPath } from '../../../src/resources/qdrant-version-path.js';

const path = (version: string) => qdrantVersionPath({ stateFile: '/s', manifest: '/m', version });

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

  const line = (code: number, text: string): string => `${code} ${Buffer.from(text).toString('base64')}\n`;
  const none = line(1, 'cat: /m: No such file or directory');
  const parse = (state: string, manifest = none) => {
    const { kind, arg } = path('1.18.3').probe;
    return kind.parse(state + manifest, [arg])[0];
  };

  it('reads what was written down, and does not take what it cannot read for a first installation', () => {
    expect(parse(line(0, '{"qdrant":{"version":"1.17.1"}}'), line(0, '{"version":"1.18.0"}'))).toEqual(
      known('1.17.1'),
    );
    expect(parse(line(1, 'cat: /s: No such file or directory'))).toEqual(known(null));
    expect(parse(line(1, 'cat: /s: Permission denied'), line(0, '{"version":"1.18.0"}'))?.status).toBe(
      'unknown',
    );
    for (const text of ['{"qdrant":{}}', '{"qdr', 'null', '']) {
      expect(parse(line(0, text))?.status).toBe('unknown');
      expect(parse(line(0, text), line(0, '{"sha'))?.status).toBe('unknown');
    }
  });

  it('takes the version of the release in the slot where the state cannot be read', () => {
    for (const text of ['{"qdrant":{}}', '{"qdr', ''])
      expect(parse(line(0, text), line(0, '{"version":"1.17.1"}'))).toEqual(known('1.17.1'));
  });
});
