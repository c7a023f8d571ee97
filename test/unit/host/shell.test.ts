import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { elevate } from '../../../src/host/host.js';
import { all, argumentsText, quote, quoteForLogin, sh, TAKE_ARGUMENTS } from '../../../src/host/shell.js';

const SHELLS = ['/bin/bash', '/bin/dash'].filter((shell) => existsSync(shell));
const ALPHABET = [...`abc019 '"\\$\`!*?[]{}()<>|&;~#=%^\t\n\r/:,.@+-_`, 'ü', '€', '😀'];

/** Words of every kind from a fixed seed, so that a failure can be repeated. */
function words(count: number): string[] {
  let seed = 42;
  const next = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((seed / 2_147_483_648) * below);
  };
  const word = (): string => Array.from({ length: next(12) }, () => ALPHABET[next(ALPHABET.length)]).join('');
  return ['', '-n', '$HOME', "it's", '\\', "'\\''", ...Array.from({ length: count }, word)];
}

describe.each(SHELLS)('in %s', (shell) => {
  it('every quoted word arrives as it was', () => {
    const sent = words(500);
    const output = execFileSync(shell, ['-c', `printf '%s\\0' ${sent.map(quote).join(' ')}`]);
    expect(output.toString('utf8').split('\0').slice(0, -1)).toEqual(sent);
  });

  it('an elevated script arrives as it was', () => {
    const text = words(100).join(' ');
    const { command } = elevate(sh`printf '%s' ${text}`, { kind: 'none' });
    expect(execFileSync(shell, ['-c', command]).toString('utf8')).toBe(text);
  });
});

describe('sh', () => {
  it('quotes strings, makes words of arrays and splices scripts', () => {
    expect(sh`install ${['a b', 'c']} && ${sh`test -e ${'/x y'}`} ${3}`.source).toBe(
      "install 'a b' c && test -e '/x y' 3",
    );
  });

  it('hands backslashes on and lets the shell have its own braces', () => {
    expect(sh`printf '\n' \${HOME} \`date\``.source).toBe("printf '\\n' ${HOME} `date`");
  });

  it('drops the indentation of its source', () => {
    expect(
      sh`
      one
        two`.source,
    ).toBe('one\ntwo');
  });

  it('joins scripts so that the first failure ends them', () => {
    expect(all(sh`a`, sh`b`).source).toBe('a &&\nb');
  });
});

describe('a word for the login shell', () => {
  const value = `it's \\n \\' '\\'' "$HOME" \`id\` !x {a,b} ~ \\\\ ünï\nsecond line\\`;
  const shells = ['sh', 'bash', 'dash', 'zsh', 'fish'].filter(
    (shell) => spawnSync(shell, ['-c', 'true']).status === 0,
  );

  it.each(shells)('is read by %s as it was meant', (shell) => {
    const { stdout } = spawnSync(shell, ['-c', `printf %s ${quoteForLogin(value)}`], { encoding: 'utf8' });
    expect(stdout).toBe(value);
  });

  it('has its backslashes outside of quotes, because fish reads them inside', () => {
    expect(quoteForLogin(String.raw`a\'b`)).toBe(String.raw`'a'\\\''b'`);
  });
});

describe('elevate', () => {
  const script = sh`echo ${"it's"}`;

  it('runs bash directly for root', () => {
    expect(elevate(script, { kind: 'none' })).toEqual({
      command: `bash -c 'echo '\\''it'\\'\\\\\\'\\''s'\\'''`,
      stdin: '',
    });
  });

  it('uses sudo that must not ask', () => {
    expect(elevate(script, { kind: 'sudo' }).command).toMatch(/^sudo -n bash -c '/);
  });

  it('sends the password on standard input only', () => {
    const { command, stdin } = elevate(script, { kind: 'sudo-password', password: 'secret' });
    expect(command).toMatch(/^sudo -k -S -p '' bash -c '/);
    expect(command).not.toContain('secret');
    expect(stdin).toBe('secret\n');
  });
});

describe('arguments on standard input', () => {
  const counted = (values: string[]): string =>
    execFileSync('bash', ['-c', sh`${TAKE_ARGUMENTS}; printf '%s\0' $# "$@"`.source], {
      input: argumentsText(values),
      encoding: 'utf8',
    });

  it('arrive as they were, as many as there are', () => {
    const sent = words(500);
    expect(counted(sent)).toBe(['506', ...sent].map((word) => `${word}\0`).join(''));
  });

  it('may be none', () => {
    expect(counted([])).toBe('0\0');
  });

  it('may be more than fit into a command', () => {
    const sent = Array.from({ length: 3000 }, (_, index) => `collections/${'x'.repeat(60)}${index}.snapshot`);
    expect(counted(sent).split('\0')[0]).toBe('3000');
  });
});
