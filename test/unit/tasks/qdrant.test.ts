import { describe, expect, test } from 'vitest';
import { qdrant } from '../../../tasks/1.1-qdrant.js';
import { QDRANT } from '../../support/config.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';

const withArtifact = (artifact: object) => fakeContext({ qdrant: { ...QDRANT, artifact } });

describe('the release of task 1.1', () => {
  test('from a file that is not there is an error of the configuration, by its key', () => {
    const context = withArtifact({ from: 'file', path: '/nowhere/qdrant' });
    expect(() => resourcesOf(qdrant, '1.1.1', context)).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringContaining('qdrant.artifact.path') }),
    );
  });

  test('is looked at without the file where the configuration has its hash', () => {
    const context = withArtifact({ from: 'file', path: '/nowhere/qdrant', sha256: 'a'.repeat(64) });
    expect(resourcesOf(qdrant, '1.1.1', context).length).toBeGreaterThan(0);
  });
});

describe('the configuration of task 1.1', () => {
  const idsWith = (section: object) =>
    resourcesOf(qdrant, '1.1.2', fakeContext({ qdrant: { ...QDRANT, ...section } })).map(({ id }) => id);

  test('looks at the peer address before it writes anything of the slot', () => {
    expect(idsWith({ active_slot: 'green' })[0]).toBe('qdrant-peer:green');
  });

  test('asks for the address that the environment of the slot has', () => {
    const context = fakeContext({ qdrant: { ...QDRANT, slots: { blue: { p2p: 6400 } } } });
    const [peer] = resourcesOf(qdrant, '1.1.2', context);
    expect(peer?.probe.arg).toMatch(/\/blue\/storage\/raft_state\.json$/);
    expect(peer?.diff({ uri: 'http://127.0.0.1:6400/' })).toBeNull();
    expect(peer?.diff({ uri: 'http://127.0.0.1:6335/' })?.refused?.blocks).toBe(true);
  });

  test('has no peer address without a cluster', () => {
    expect(idsWith({ cluster: { enabled: false } }).join()).not.toContain('qdrant-peer');
  });
});
