import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { inspectOf } from '../../../src/checks/inspect.js';
import { resultOf } from '../../../src/checks/result.js';
import { runWith } from '../../support/programs.js';
import { contextOf } from './support.js';

const OPS = { ...contextOf(), isRoot: false };

function asOps(command: string): string | undefined {
  return inspectOf({ inspect: () => command }, OPS);
}

describe('the command that shows more', () => {
  it('is typed as it is by root', () => {
    expect(inspectOf({ inspect: () => 'ss -ltnp' }, contextOf())).toBe('ss -ltnp');
  });

  it.each([
    ['ss -ltnp', 'sudo ss -ltnp'],
    ["journalctl -u 'postgresql@*' -n 50", "sudo journalctl -u 'postgresql@*' -n 50"],
    ['ls -l /data/backups/*/manifest.json', "sudo bash -c 'ls -l /data/backups/*/manifest.json'"],
    ["getent passwd | awk '$3 == 0'", "sudo bash -c 'getent passwd | awk '\\''$3 == 0'\\'''"],
    ['free -h; lscpu', "sudo bash -c 'free -h; lscpu'"],
  ])('is typed by others with sudo around the whole of it: %s', (command, typed) => {
    expect(asOps(command)).toBe(typed);
  });

  it('is run whole as root: its pipe, its pattern and its redirection', async () => {
    const sudo = 'IS_ROOT=yes exec "$@"';
    const command = `echo "$IS_ROOT" /et[c] | sed 's/$/ piped/' >"$PROGRAMS/out"; cat "$PROGRAMS/out"`;
    expect(await runWith({ sudo }, asOps(command) ?? '')).toBe('yes /etc piped\n');
  });

  it('is valid bash for every check, and stands in its result', () => {
    const commands = CATALOGUE.flatMap((check) => inspectOf(check, OPS) ?? []);
    expect(commands.length).toBeGreaterThan(50);
    for (const command of commands) {
      expect(command).toMatch(/^sudo /);
      execFileSync('bash', ['-n', '-c', command]);
    }
    const check = CATALOGUE.find(({ id }) => id === 'qdrant.fds');
    if (check === undefined) throw new Error('no check');
    const judge = () => ({ status: 'fail', seen: 'x' }) as const;
    expect(resultOf({ ...check, judge }, [], OPS).inspect).toMatch(/^sudo bash -c 'ls \/proc/);
  });
});
