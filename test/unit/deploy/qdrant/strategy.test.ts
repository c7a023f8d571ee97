import { describe, expect, test } from 'vitest';
import { chosenStrategy } from '../../../../src/cli/deploy/planned.js';
import { possibleStrategies, sendsNoKey } from '../../../../src/deploy/qdrant/strategy.js';
import { QDRANT, testConfig } from '../../../support/config.js';

const genuine = testConfig({ qdrant: { ...QDRANT, artifact: { from: 'release' } } });
const alone = testConfig({
  qdrant: { ...QDRANT, artifact: { from: 'release' }, cluster: { enabled: false } },
});
const emulator = testConfig({ qdrant: { ...QDRANT, artifact: { from: 'emulator' } } });

describe('data comes into the other slot', () => {
  test('by replication where the versions are one minor apart at most, in either direction', () => {
    for (const [from, to] of [
      ['1.18.3', '1.18.3'],
      ['1.17.1', '1.18.3'],
      ['1.18.0', '1.18.3'],
    ] as const)
      expect(possibleStrategies({ from, to }, genuine)).toEqual(['replicate', 'snapshot']);
    expect(possibleStrategies({ from: '1.18.3', to: '1.17.1' }, genuine)).toEqual(['replicate']);
    expect(possibleStrategies({ from: '1.18.3', to: '1.16.0' }, genuine)).toEqual([]);
  });

  test('by snapshots where there is no cluster, and forward alone', () => {
    for (const config of [alone, emulator]) {
      expect(possibleStrategies({ from: '1.17.1', to: '1.18.3' }, config)).toEqual(['snapshot']);
      expect(possibleStrategies({ from: '1.18.3', to: '1.17.1' }, config)).toEqual([]);
    }
  });

  test('as is asked for, where that is possible; else the first that is', () => {
    expect(chosenStrategy(['replicate', 'snapshot'], undefined)).toBe('replicate');
    expect(chosenStrategy(['replicate', 'snapshot'], 'snapshot')).toBe('snapshot');
    expect(() => chosenStrategy(['snapshot'], 'replicate')).toThrow('--strategy replicate is not possible');
    expect(() => chosenStrategy([], undefined)).toThrow('cannot be brought there');
  });
});

test('peers before 1.18 send no key', () => {
  expect(['1.17.1', '1.9.0', '0.11.0'].filter(sendsNoKey)).toHaveLength(3);
  expect(['1.18.0', '1.18.3', '2.0.0', 'own'].filter(sendsNoKey)).toEqual([]);
});
