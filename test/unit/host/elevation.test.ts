import { describe, expect, it } from 'vitest';
import { detectElevation } from '../../../src/host/elevation.js';
import { Gate } from '../../../src/host/gate.js';
import { Host } from '../../../src/host/host.js';
import type { ExecOptions, ExecResult, Transport } from '../../../src/host/transport.js';

/** A host that gives the prepared answers in order; one question too many is an error. */
function hostWith(...answers: Partial<ExecResult>[]): {
  host: Host;
  asked: string[];
  sent: ExecOptions['stdin'][];
} {
  const asked: string[] = [];
  const sent: ExecOptions['stdin'][] = [];
  const unexpected = async (): Promise<never> => {
    throw new Error('unexpected call');
  };
  const transport: Transport = {
    target: 'ops@db:22',
    async exec(command, options = {}) {
      asked.push(command);
      sent.push(options.stdin);
      const answer = answers.shift() ?? (await unexpected());
      return { exitCode: 0, stdout: '', stderr: '', durationMs: 1, ...answer };
    },
    open: unexpected,
    forward: unexpected,
    close: async () => {},
  };
  return { host: new Host(transport, new Gate()), asked, sent };
}

/** As a start-up file that prints leaves it. */
function said(answer: string): string {
  return `Welcome to db!\nroot\nno newline here\nvdb-elevation:${answer}\n`;
}

describe('detectElevation', () => {
  it('needs nothing for uid 0', async () => {
    const { host, asked } = hostWith({ stdout: said('root') });
    expect(await detectElevation(host, 'unused')).toEqual({ kind: 'none' });
    expect(asked).toHaveLength(1);
  });

  it('uses sudo without a password where that works, even if one is configured', async () => {
    const { host, sent } = hostWith({ stdout: said('free') });
    expect(await detectElevation(host, 'unused')).toEqual({ kind: 'sudo' });
    expect(sent).toEqual([undefined]);
  });

  it('tries the password once before anything else uses it', async () => {
    const { host, asked, sent } = hostWith({ stdout: said('refused') }, {});
    expect(await detectElevation(host, 'open sesame')).toEqual({
      kind: 'sudo-password',
      password: 'open sesame',
    });
    expect(sent[1]).toBe('open sesame\n');
    expect(asked.join()).not.toContain('sesame');
  });

  const failures = [
    ['sudo is missing', [{ stdout: said('missing') }], 'pw', 'host.no-sudo', /not installed/],
    [
      'the shell runs nothing',
      [{ exitCode: 1, stdout: 'This account is currently not available.\n' }],
      'pw',
      'host.no-sudo',
      /not available/,
    ],
    [
      'no password is there',
      [{ stdout: said('refused'), stderr: 'sudo: a password is required\n' }],
      undefined,
      'host.no-sudo',
      /password is required/,
    ],
    [
      'the account may not',
      [{ stdout: said('refused') }, { exitCode: 1, stderr: 'ops is not in the sudoers file.\n' }],
      'pw',
      'host.no-sudo',
      /sudoers/,
    ],
  ] as const;

  it.each(failures)('says so when %s', async (_, answers, password, code, meaning) => {
    const { host } = hostWith(...answers);
    await expect(detectElevation(host, password)).rejects.toMatchObject({
      details: { code, exitCode: 4, meaning: expect.stringMatching(meaning) },
    });
  });

  it('tells a wrong password from a missing right', async () => {
    const { host } = hostWith({ stdout: said('refused') }, { exitCode: 1, stderr: 'Sorry, try again.\n' });
    await expect(detectElevation(host, 'pw')).rejects.toMatchObject({
      details: { code: 'host.sudo-password-wrong' },
    });
  });
});
