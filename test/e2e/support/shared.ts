import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { type LabHost, result } from '../../support/lab.js';
import { sharedHost, site, WITHOUT_PYTHON } from './site.js';

/** `describe` for tests that need a lab; skipped with the reason where there is none. */
export function describeLab(title: string, tests: () => void): void {
  const why = site.missing === null ? '' : ` (skipped: ${site.missing})`;
  describe.skipIf(site.missing !== null)(`${title}${why}`, tests);
}

/**
 * Tests on the shared host. Whatever a test does to it, it must leave it converged: that is asserted after
 * each one by a run that also repairs it, so that one failure does not become many.
 */
export function onSharedHost(title: string, tests: (host: () => LabHost) => void): void {
  withSharedHost(title, afterEach, tests);
}

/** Tests that only look at the shared host: that it is still converged is asserted once, after the last. */
export function lookingAtSharedHost(title: string, tests: (host: () => LabHost) => void): void {
  withSharedHost(title, afterAll, tests);
}

function withSharedHost(
  title: string,
  after: (assert: () => Promise<void>) => void,
  tests: (host: () => LabHost) => void,
): void {
  describeLab(title, () => {
    let host: LabHost;
    beforeAll(async () => {
      host = await sharedHost();
    });
    after(() => assertConverged(host));
    tests(() => host);
  });
}

async function assertConverged(host: LabHost): Promise<void> {
  const ended = await host.vdb(`provision ${WITHOUT_PYTHON} --json`);
  const { changed, exit_code } = result(ended);
  if (changed === 0 && exit_code === 0) return;
  throw new Error(
    `the test left the host with ${changed} changes to make (exit ${exit_code}):\n${ended.stdout}`,
  );
}
