import { describe, expect, it } from 'vitest';
import { type Cut, linkTo } from '../../../../src/backup/repositories/pull/link.js';
import type { Host } from '../../../../src/host/host.js';
import { ConnectionLostError } from '../../../../src/host/transport.js';

const cut = (): never => {
  throw new ConnectionLostError('root@host:22');
};

/** A host that counts how often it is closed. */
function hosts() {
  const closed: string[] = [];
  const host = (name: string) => ({ name, close: async () => void closed.push(name) }) as unknown as Host;
  let made = 0;
  return { closed, first: host('first'), reopen: async () => host(`again-${++made}`) };
}

describe('linkTo', () => {
  it('connects again after each cut, closes what it opened, and never the first', async () => {
    const { closed, first, reopen } = hosts();
    const cuts: Cut[] = [];
    const link = linkTo({ host: first, reopen, onCut: (each) => cuts.push(each), pauseMs: 1 });
    const used: string[] = [];
    const name = await link.attempt(async (host) => {
      used.push((host as unknown as { name: string }).name);
      return used.length < 3 ? cut() : used.at(-1);
    });
    expect([name, used]).toEqual(['again-2', ['first', 'again-1', 'again-2']]);
    expect(cuts.map(({ why }) => why)).toEqual(Array(2).fill('The connection to root@host:22 was lost'));
    await link.close();
    expect(closed).toEqual(['again-1', 'again-2']);
  });

  it('gives up when nothing has come for as long as its patience, and says how to go on', async () => {
    const link = linkTo({ ...hosts(), host: hosts().first, pauseMs: 20, patienceMs: 60 });
    await expect(link.attempt(async () => cut())).rejects.toMatchObject({
      exitCode: 4,
      details: { code: 'backup.cut-off', next: expect.stringContaining('the same command') },
    });
  });

  it('has patience again after progress', async () => {
    const link = linkTo({ ...hosts(), host: hosts().first, pauseMs: 20, patienceMs: 60 });
    let rounds = 0;
    await link.attempt(async () => {
      link.progressed();
      if (++rounds < 8) cut();
    });
    expect(rounds).toBe(8);
  });

  it('repeats nothing that is no cut', async () => {
    let rounds = 0;
    const link = linkTo({ ...hosts(), host: hosts().first });
    const work = async (): Promise<void> => {
      rounds++;
      throw new Error('something else');
    };
    await expect(link.attempt(work)).rejects.toThrow('something else');
    expect(rounds).toBe(1);
  });
});
