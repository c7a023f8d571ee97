import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type Facts, factsProbe } from '../../../src/host/facts.js';
import { quote } from '../../../src/host/shell.js';

function factsOf(stdout: string): Facts {
  const [observation] = factsProbe.parse(stdout, [null]);
  if (observation?.status !== 'known' || observation.value === null) throw new Error('no facts');
  return observation.value;
}

const ANSWER = `os debian|13|trixie|Debian GNU/Linux 13 (trixie)
hostname one
arch x86_64
kernel 6.12
cpus 4
memory 8589934592
virtualisation none
container none
clock 1750000000
uptime 1000
`;

describe('the ports of SSH', () => {
  test.each([
    ['22', [22]],
    ['22 2222 ', [22, 2222]],
    ['', []],
  ])('are read from "%s"', (text, ports) => {
    expect(factsOf(`${ANSWER}ssh-ports ${text}\n`).sshPorts).toEqual(ports);
  });

  test('have that of the connection, which sudo hides from the commands that it runs', () => {
    const script = factsProbe.script([null]).source;
    const stdout = execFileSync('bash', ['-c', `env -i PATH="$PATH" bash -c ${quote(script)}; true`], {
      env: { ...process.env, SSH_CONNECTION: '192.0.2.7 50000 192.0.2.1 2222' },
      encoding: 'utf8',
    });
    expect(factsOf(stdout).sshPorts).toContain(2222);
  });
});
