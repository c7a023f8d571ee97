import type { Release, ReleaseState } from '../../deploy/releases.js';
import { EXIT, VdbError } from '../../errors.js';

const WHY: Readonly<Record<ReleaseState, string>> = {
  active: 'It serves.',
  standby: 'It stands by for another service, or a deploy is open.',
  deploying: 'It is being deployed.',
  failed: 'It never served to the end of a deploy, so nothing shows that it is good.',
  kept: 'Its files are there, but the settings and the data that it had were not kept.',
  pruned: 'It was removed to make room for others.',
};

/**
 * A rollback goes to what stands by and to nothing else: `--to` says which release that has to be. Why it does not go to
 * `wanted` but to another one. Pure.
 */
export function goesElsewhere(wanted: string, to: string, releases: readonly Release[]): VdbError {
  const named = releases.find(({ name }) => name === wanted);
  return new VdbError(`A rollback does not go to ${wanted}`, {
    ...{ code: 'rollback.to', exitCode: EXIT.usage },
    meaning: named === undefined ? 'There is no such release on the host.' : WHY[named.state],
    next: `vdb rollback goes to ${to}; vdb releases shows what there is.${wayOf(named)}`,
  });
}

/** An older Qdrant cannot be brought in after a newer one: there is no way for it. */
function wayOf(named: Release | undefined): string {
  if (named?.service !== 'gateway' || (named.state !== 'kept' && named.state !== 'pruned')) return '';
  return ' To bring it in anew: vdb deploy --service gateway --artifact PATH';
}
