import { beforeEach, describe, expect, it, vi } from 'vitest';
import { confirmTyped } from '../../../src/ui/confirm.js';

const input = vi.hoisted(() => vi.fn<() => Promise<string>>());
vi.mock('@inquirer/prompts', () => ({ input }));

const asked = { what: 'The rollback of task 3.1', warning: 'This removes the database.', expected: '3.1' };

describe('confirmTyped', () => {
  let shown: string;
  beforeEach(() => {
    shown = '';
    input.mockReset();
    const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      shown += String(text);
      return true;
    });
    return () => write.mockRestore();
  });

  it('goes on when the id is typed, below the warning', async () => {
    input.mockResolvedValue(' 3.1 ');
    await expect(confirmTyped({ ...asked, yes: false, interactive: true })).resolves.toBeUndefined();
    expect(shown).toBe('This removes the database.\n');
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
