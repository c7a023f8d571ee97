import { expect, it } from 'vitest';
import { sshCommandsOf } from '../../../../scripts/bench/commands.js';

it('takes the number of commands from the result event', () => {
  const result = JSON.stringify({ type: 'result', status: 'ready', ssh_commands: 3 });
  expect(sshCommandsOf(`{"type":"check.result","ssh_commands":9}\n${result}\n`)).toBe(3);
});

it.each(['', 'no JSON', '{"type":"result"}'])('is not taken from a run that says none: %s', (text) => {
  expect(() => sshCommandsOf(text)).toThrow('no number of SSH commands');
});
