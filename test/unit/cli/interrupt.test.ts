import { afterEach, expect, it, vi } from 'vitest';
import { armInterrupt } from '../../../src/cli/interrupt.js';

afterEach(() => vi.restoreAllMocks());

it('the first Ctrl-C lets the running step finish; the second says so and ends the program at once', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {
    throw new Error('exit');
  }) as never);
  const said: string[] = [];
  const { signal, disarm } = armInterrupt(
    (text) => said.push(text),
    (text) => said.push(text),
  );
  try {
    process.emit('SIGINT');
    expect([signal.aborted, exit.mock.calls.length]).toEqual([true, 0]);
    expect(() => process.emit('SIGINT')).toThrow('exit');
  } finally {
    disarm();
  }
  expect(exit).toHaveBeenCalledExactlyOnceWith(130);
  expect(said).toEqual([expect.stringMatching(/^Stopping: /), expect.stringMatching(/^Stopped at once\. /)]);
});
