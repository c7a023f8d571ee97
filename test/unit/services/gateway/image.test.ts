import { describe, expect, test } from 'vitest';
import { withValueAt } from '../../../../src/config/path.js';
import { validate } from '../../../../src/config/validate.js';
import { gatewayImage, referenceOf } from '../../../../src/services/gateway/image.js';
import { renderGatewayUnit } from '../../../../src/services/gateway/unit.js';
import { testConfig } from '../../../support/config.js';
import { minimal } from '../../config/helpers.js';

const DIGEST = 'ab'.repeat(32);
const PINNED = `registry.example.com:5000/team/gateway@sha256:${DIGEST}`;

function refusals(artifact: object): string[] {
  const config = withValueAt(minimal(), ['gateway', 'artifact'], { from: 'image', ...artifact });
  return validate(config).issues.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
}

function imageOf(artifact: object) {
  const { artifact: parsed } = testConfig({ gateway: { artifact: { from: 'image', ...artifact } } }).gateway;
  if (parsed.from !== 'image') throw new Error('no image');
  return gatewayImage(parsed);
}

describe('an image in the configuration', () => {
  test('needs a digest: with a tag alone it is refused, and told why', () => {
    expect(refusals({ image: 'registry.example.com/team/gateway:1.2' })).toEqual([
      expect.stringContaining('image: must end in its digest, @sha256:…: a tag can be moved'),
    ]);
  });

  test.each([
    `gateway@sha256:${DIGEST}`,
    `team/gateway@sha256:${DIGEST}`,
    'registry.example.com/gateway@sha256:abc',
    `-o.x/gateway@sha256:${DIGEST} --privileged`,
  ])('%s is refused', (image) => {
    expect(refusals({ image })).toEqual([expect.stringContaining('image: must be REGISTRY/NAME@sha256:')]);
  });

  test('comes from an archive or from a registry, not from both', () => {
    expect(refusals({ image: PINNED, sha256: DIGEST })).toEqual([
      expect.stringContaining('sha256: is that of an archive'),
    ]);
    expect(refusals({ image: PINNED, archive: 'g.tar', auth_file: '/root/auth.json' })).toEqual([
      expect.stringContaining('auth_file: is for a registry'),
    ]);
  });

  test('is known by its digest; a tag beside it says nothing', () => {
    const tagged = imageOf({ image: `localhost:5000/gateway:1.2@sha256:${DIGEST}` });
    expect(referenceOf(tagged)).toBe(`localhost:5000/gateway@sha256:${DIGEST}`);
    expect(tagged.name).toBe('gateway-image-abababababab');
    expect(referenceOf(imageOf({ image: PINNED }))).toBe(PINNED);
  });

  test('is run by podman where there are both engines, unless one is named', () => {
    expect(imageOf({ image: PINNED }).engines).toEqual(['podman', 'docker']);
    expect(imageOf({ image: PINNED, engine: 'docker' }).engines).toEqual(['docker']);
  });
});

describe('the unit of an image', () => {
  const unit = (memory: number, cpus: number) =>
    renderGatewayUnit(
      testConfig({
        gateway: { artifact: { from: 'image', image: PINNED }, cpu: 3, memory: '8GiB', replicas: 2 },
      }),
      { memory, cpus },
    );

  test('takes everything from what it runs that it does not need', () => {
    for (const flag of [
      '--read-only',
      '--cap-drop=all',
      '--security-opt=no-new-privileges',
      '--user=${VDB_RUN_AS}',
      '--pull=never',
      '--network=host',
    ])
      expect(unit(1, 1), flag).toContain(` ${flag} `);
  });

  test('limits a replica to its share, where the host has what is planned', () => {
    const large = unit(64 * 1024 ** 3, 8);
    expect(large).toContain(`--memory=${4 * 1024 ** 3} --memory-swap=${4 * 1024 ** 3} `);
    expect(large).toContain('--cpus=1.5 ');
    expect(unit(4 * 1024 ** 3, 2)).not.toMatch(/--memory|--cpus/);
  });
});
