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
