import { describe, expect, it } from 'vitest';
import { type AfterSet, type Afterwards, doAfterwards } from '../../../../src/cli/backup/afterwards.js';

function setWith(stop = new AbortController()) {
  const said: string[] = [];
  return {
    said,
    set: {
      stop: stop.signal,
      warn: (text: string) => said.push(text),
      fail: (text: string) => said.push(`FAIL ${text}`),
    } as unknown as AfterSet,
  };
}

describe('what comes after a set', () => {
  it('is all done, and what fails is said', async () => {
    const { said, set } = setWith();
    const done: string[] = [];
    const steps: Afterwards[] = [
      { run: () => Promise.reject(new Error('no room')), caught: (why, { fail }) => fail(why) },
      { run: async () => void done.push('prune'), caught: () => {} },
    ];
    await doAfterwards(steps, set);
    expect(said).toEqual(['FAIL no room']);
    expect(done).toEqual(['prune']);
  });

  it('is not begun once the operator wants to stop', async () => {
    const stop = new AbortController();
    stop.abort();
    const done: string[] = [];
    await doAfterwards([{ run: async () => void done.push('x'), caught: () => {} }], setWith(stop).set);
    expect(done).toEqual([]);
  });
});
