import { describe, expect, it } from 'vitest';
import { wrapCommand, wrapWhole } from '../../../src/ui/wrap.js';

describe('wrapWhole', () => {
  it('breaks between words, and a word that is longer than a line', () => {
    expect(wrapWhole('aa bb cccccccc dd', 5)).toEqual(['aa bb', 'ccccc', 'ccc', 'dd']);
  });

  it('breaks nothing where a line has no end', () => {
    expect(wrapWhole('a '.repeat(500), Number.POSITIVE_INFINITY)).toHaveLength(1);
  });
});

describe('wrapCommand', () => {
  it('continues lines as a shell does', () => {
    expect(wrapCommand('journalctl -u redis -n 50', 14)).toEqual(['journalctl \\', '-u redis -n \\', '50']);
  });

  it.each([
    ['short', 'ls -l'],
    ['of one long word', 'x'.repeat(50)],
    ['with an open quote', `echo it's ${'x '.repeat(20)}`],
  ])('leaves a command as it is that is %s', (_, command) => {
    expect(wrapCommand(command, 20)).toEqual([command]);
  });

  it('breaks neither inside of quotes nor at blanks that count', () => {
    const command = `grep -r 'a b c d e f g h' "i j \\" k l m" n\\ o p`;
    const lines = wrapCommand(command, 12);
    expect(lines).toEqual(['grep -r \\', `'a b c d e f g h' \\`, `"i j \\" k l m" \\`, 'n\\ o p']);
  });
});
