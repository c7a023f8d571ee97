import { beforeEach, describe, expect, it, vi } from 'vitest';
import { confirmTyped } from '../../../src/ui/confirm.js';

const input = vi.fn<(question: string) => Promise<string>>();
let shown: string[] = [];
const asked = {
  what: 'The rollback of task 3.1',
  warning: 'This removes the database.',
  expected: '3.1',
  say: (text: string) => void shown.push(text),
  ask: input,
};

describe('confirmTyped', () => {
  beforeEach(() => {
    shown = [];
    input.mockReset();
  });

  it('goes on when the id is typed, below the warning', async () => {
    input.mockResolvedValue(' 3.1 ');
    await expect(confirmTyped({ ...asked, yes: false, interactive: true })).resolves.toBeUndefined();
    expect(shown).toEqual(['This removes the database.']);
    expect(input).toHaveBeenCalledWith(expect.stringContaining('Type 3.1'));
  });

  it('changes nothing when something else is typed', async () => {
    input.mockResolvedValue('yes');
    await expect(confirmTyped({ ...asked, yes: false, interactive: true })).rejects.toMatchObject({
      exitCode: 1,
      details: { code: 'confirm.refused' },
    });
  });

  it('takes leaving the prompt for an interruption', async () => {
    input.mockRejectedValue(Object.assign(new Error('left'), { name: 'ExitPromptError' }));
    await expect(confirmTyped({ ...asked, yes: false, interactive: true })).rejects.toMatchObject({
      exitCode: 130,
    });
  });

  it('does not ask with --yes', async () => {
    await confirmTyped({ ...asked, yes: true, interactive: false });
    expect(input).not.toHaveBeenCalled();
  });

  it('names the missing flag where nobody can answer', async () => {
    await expect(confirmTyped({ ...asked, yes: false, interactive: false })).rejects.toMatchObject({
      exitCode: 2,
      details: { next: expect.stringContaining('--yes') },
    });
    expect(input).not.toHaveBeenCalled();
  });
});
