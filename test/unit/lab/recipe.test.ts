import { describe, expect, it } from 'vitest';
import { mmdebstrapArguments, registryOf } from '../../../src/lab/image.js';
import { buildContext, containerfile, imageTag, LAB_PACKAGES } from '../../../src/lab/recipe.js';

describe('the image of a lab host', () => {
  it('has a tag of its own for each base', () => {
    expect(imageTag(undefined)).toMatch(/^localhost\/vdb-lab:trixie-[0-9a-f]{12}$/);
    expect(imageTag('registry.example.org/base/Ubuntu:24.04')).toMatch(
      /^localhost\/vdb-lab:ubuntu-24-04-[0-9a-f]{12}$/,
    );
    expect(imageTag('a:1')).not.toBe(imageTag('a:2'));
    expect(imageTag('a:1')).toBe(imageTag('a:1'));
  });

  it('has the same packages whichever way it is made', () => {
    const { 'install.sh': install } = buildContext('debian:trixie');
    const include = mmdebstrapArguments('/tmp/setup.sh', '/tmp/root.tar').find((arg) =>
      arg.startsWith('--include='),
    );
    expect(install).toContain(` ${LAB_PACKAGES.join(' ')}\n`);
    expect(include).toBe(`--include=${LAB_PACKAGES.join(',')}`);
  });

  it('is built on the base that was asked for', () => {
    expect(containerfile('ubuntu:24.04')).toMatch(/^FROM ubuntu:24\.04\n/);
  });

  it.each([
    ['debian:trixie', 'registry-1.docker.io'],
    ['library/debian', 'registry-1.docker.io'],
    ['docker.io/library/debian:trixie', 'registry-1.docker.io'],
    ['ghcr.io/owner/image:1', 'ghcr.io'],
    ['localhost/mine:1', 'localhost'],
    ['registry.example.org:5000/a/b', 'registry.example.org:5000'],
  ])('knows where %s comes from', (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});
