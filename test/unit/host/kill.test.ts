import { describe, expect, it } from 'vitest';
import { elevate } from '../../../src/host/host.js';
import { announced, announcementFilter, killCommand } from '../../../src/host/kill.js';
import { sh } from '../../../src/host/shell.js';

describe('killCommand', () => {
  const script = sh`sleep 300`;

  it('needs no rights for what runs without', () => {
    const { command, stdin } = killCommand(elevate(script, { kind: 'none' }).command, '', 42);
    expect(command).toMatch(/^bash -c '/);
    expect(command).toContain('"$4" = 42');
    expect(stdin).toBe('');
  });

  it('has the rights of what it kills', () => {
    const { command, stdin } = killCommand(elevate(script, { kind: 'sudo' }).command, 'x', 42);
    expect(command).toMatch(/^sudo -n bash -c '/);
    expect(stdin).toBe('');
  });

  it('answers sudo with the password that the command was started with', () => {
    const started = elevate(script, { kind: 'sudo-password', password: 'open sesame' });
    const { command, stdin } = killCommand(started.command, 'open sesame', 42);
    expect(command).toMatch(/^sudo -k -S -p '' bash -c '/);
    expect(command).not.toContain('sesame');
    expect(stdin).toBe('open sesame\n');
  });

  it('takes no rights from what only mentions sudo', () => {
    expect(killCommand("bash -c 'sudo -n bash -c true'", '', 1).command).toMatch(/^bash -c '/);
  });
});

describe('the announcement of a session', () => {
  it('is made before the command, and names the login shell', () => {
    const { command, marker } = announced('bash -c true');
    expect(command).toBe(`sh -c 'echo "${marker} $PPID" >&2'; bash -c true`);
    expect(announced('bash -c true').marker).not.toBe(marker);
  });

  it('is taken out of stderr at every chunk border, and what was printed around it stays', async () => {
    const text = 'noise of a start-up file\nvdb-00 4711\nreal error: grün\n';
    const bytes = Buffer.from(text);
    for (let border = 0; border <= bytes.length; border++) {
      const outcome = await filtered([bytes.subarray(0, border), bytes.subarray(border)]);
      expect(outcome).toEqual({ session: 4711, text: 'noise of a start-up file\nreal error: grün\n' });
    }
  });

  it('is not missed by a stream that has none', async () => {
    expect(await filtered([Buffer.from('no announcement')])).toEqual({
      session: undefined,
      text: 'no announcement',
    });
  });
});

async function filtered(chunks: Buffer[]): Promise<{ session: number | undefined; text: string }> {
  let session: number | undefined;
  const filter = announcementFilter('vdb-00', (id) => {
    session = id;
  });
  for (const chunk of chunks) filter.write(chunk);
  filter.end();
  const out: Buffer[] = [];
  for await (const chunk of filter) out.push(chunk);
  return { session, text: Buffer.concat(out).toString() };
}
