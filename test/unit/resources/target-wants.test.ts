import { describe, expect, test } from 'vitest';
import { known } from '../../../src/host/probe.js';
import { targetWants } from '../../../src/resources/target-wants.js';

const resource = targetWants({ target: 'vdb.target', units: ['haproxy.service', 'qdrant@green.service'] });

describe('what starts with a target', () => {
  test('is right where the links are those, whatever their order', () => {
    expect(resource.diff(['qdrant@green.service', 'haproxy.service'])).toBeNull();
  });

  test('is told by what is missing and by what is too many', () => {
    expect(resource.diff(['haproxy.service', 'qdrant@blue.service'])?.summary).toBe(
      'start qdrant@green.service with it; no longer qdrant@blue.service',
    );
  });

  test('is set by links as systemctl makes them; others go, and nothing is started', () => {
    const have = ['qdrant@blue.service'];
    const change = resource.diff(have);
    if (change === null) throw new Error('no change');
    const [command] = resource.apply(change, have);
    expect(command?.script.source).toContain('for unit in haproxy.service qdrant@green.service; do');
    expect(command?.script.source).toContain(
      'for unit in qdrant@blue.service; do rm -f -- "$wants/$unit"; done',
    );
    expect(command?.script.source).not.toMatch(/systemctl (re)?start/);
  });

  test('is nothing where there is no directory of links', () => {
    const { kind, arg } = resource.probe;
    expect(kind.parse('@@ vdb.target\n', [arg])).toEqual([known([])]);
    expect(kind.parse('@@ vdb.target\nb.service\na.service\n', [arg])).toEqual([
      known(['a.service', 'b.service']),
    ]);
  });
});
