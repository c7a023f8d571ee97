import { describe, expect, test } from 'vitest';
import { goesElsewhere } from '../../../../src/cli/deploy/going-to.js';
import type { Release, ReleaseState } from '../../../../src/deploy/releases.js';

const STANDBY = 'gateway-1.0.0-aaaaaaaaaaaa';
const OTHER = 'gateway-1.0.0-bbbbbbbbbbbb';
const release = (name: string, state: ReleaseState): Release => ({ service: 'gateway', name, state, at: 0 });
const why = (state: ReleaseState) =>
  goesElsewhere(OTHER, STANDBY, [release(OTHER, state), release(STANDBY, 'standby')]);

describe('a rollback that has to go to a release which does not stand by says', () => {
  test.each<[ReleaseState, RegExp]>([
    ['active', /^It serves\./],
    ['failed', /nothing shows that it is good/],
    ['kept', /the settings and the data that it had were not kept/],
    ['pruned', /removed/],
  ])('of one that is %s why it is not that one, and where it goes', (state, meaning) => {
    const { message, details } = why(state);
    expect(message).toBe(`A rollback does not go to ${OTHER}`);
    expect(details).toMatchObject({ code: 'rollback.to', exitCode: 2 });
    expect(details.meaning).toMatch(meaning);
    expect(details.next).toContain(`vdb rollback goes to ${STANDBY}`);
  });

  test('how one that was good is brought in anew, and of none that never was', () => {
    expect(why('kept').details.next).toContain('vdb deploy --service gateway --artifact PATH');
    expect(why('failed').details.next).not.toContain('vdb deploy --service');
    const older: Release = { service: 'qdrant', name: '1.17.1', state: 'kept', at: 0 };
    expect(goesElsewhere('1.17.1', '1.18.2', [older]).details.next).not.toContain('vdb deploy');
  });

  test('that there is no such release, where nobody knows it', () => {
    expect(goesElsewhere('1.17.1', '1.18.2', []).details.meaning).toMatch(/no such release/);
  });
});
