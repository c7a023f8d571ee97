import { describe, expect, it } from 'vitest';
import { LineSplitter, Redactor } from '../../../src/host/redact.js';
import { quote } from '../../../src/host/shell.js';

const SECRET = 'gr\u00fcn & "geheim"';

function redactor(...secrets: string[]): Redactor {
  const made = new Redactor();
  for (const secret of secrets) made.add(secret);
  return made;
}

describe('Redactor', () => {
  it('removes a secret as it is, encoded, and inside JSON', () => {
    const masked = redactor(SECRET);
    for (const form of [
      SECRET,
      Buffer.from(SECRET).toString('base64'),
      encodeURIComponent(SECRET),
      JSON.stringify(SECRET).slice(1, -1),
    ]) {
      expect(masked.leaks(`x ${form} y`)).toBe(true);
      expect(masked.mask(`x ${form} y ${form}`)).toBe('x [secret] y [secret]');
    }
  });

  it('removes a secret that is quoted for a shell, or for a shell within one', () => {
    const secret = "it's one's";
    const word = quote(secret);
    for (const source of [word, quote(`echo ${word}`)]) {
      expect(redactor(secret).leaks(source)).toBe(true);
      expect(redactor(secret).mask(source)).not.toContain('one');
    }
  });

  it('removes a secret that contains another one whole', () => {
    expect(redactor('abcd', 'abcdefgh').mask('abcdefgh abcd')).toBe('[secret] [secret]');
  });

  it('leaves text without secrets alone', () => {
    const masked = redactor(SECRET, 'abc');
    expect(masked.leaks('abc')).toBe(false);
    expect(masked.mask('abc')).toBe('abc');
  });
});

describe('LineSplitter', () => {
  it('lets no secret through, wherever a chunk border cuts it', () => {
    const masked = redactor(SECRET);
    const bytes = Buffer.from(`first ${SECRET} line\nsecond ${SECRET}`);
    for (let border = 0; border <= bytes.length; border++) {
      const lines: string[] = [];
      const splitter = new LineSplitter((line) => lines.push(masked.mask(line)));
      splitter.push(bytes.subarray(0, border));
      splitter.push(bytes.subarray(border));
      splitter.end();
      expect(lines).toEqual(['first [secret] line', 'second [secret]']);
    }
  });

  it('gives empty lines and nothing after a last line break', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    splitter.push(Buffer.from('a\n\nb\n'));
    splitter.end();
    expect(lines).toEqual(['a', '', 'b']);
  });
});
