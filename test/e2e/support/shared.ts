import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { type LabHost, result } from '../../support/lab.js';
import { sharedHost, site, WITHOUT_PYTHON } from './site.js';
import { IS_THOROUGH } from './thorough.js';

/** `describe` for tests that need a lab; skipped with the reason where there is none. */
export function describeLab(title: string, tests: () => void): void {
  const why = site.missing === null ? '' : ` (skipped: ${site.missing})`;
  describe.skipIf(site.missing !== null)(`${title}${why}`, tests);
}

/**
 * Tests on the shared host. Whatever they do to it, they must leave it converged: that is asserted after the last one by a
 * run that also repairs it. Such a run follows a test that failed at once, so that one failure does not become many; a
 * thorough suite has one after each test, which tells the one to blame.
 */
export function onSharedHost(title: string, tests: (host: () => LabHost) => void): void {
  describeLab(title, () => {
    let host: LabHost;
    beforeAll(async () => {
      host = await sharedHost();
    });
    afterEach(async ({ task }) => {
      if (IS_THOROUGH || task.result?.state === 'fail') await assertConverged(host);
    });
    afterAll(() => assertConverged(host));
    tests(() => host);
  });
}

async function assertConverged(host: LabHost): Promise<void> {
  const ended = await host.vdb(`provision ${WITHOUT_PYTHON} --json`);
  const { changed, exit_code } = result(ended);
  if (changed === 0 && exit_code === 0) return;
  throw new Error(
    `the tests left the host with ${changed} changes to make (exit ${exit_code}):\n${ended.stdout}`,
  );
}
