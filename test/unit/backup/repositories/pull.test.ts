import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TransferEvent } from '../../../../src/backup/repositories/events.js';
import { linkTo } from '../../../../src/backup/repositories/pull/link.js';
import { pullSet } from '../../../../src/backup/repositories/pull/set.js';
import { Gate } from '../../../../src/host/gate.js';
import { Host } from '../../../../src/host/host.js';
import { openLocal } from '../../../../src/host/local.js';
import { ConnectionLostError } from '../../../../src/host/transport.js';
import { ID, writeSet } from './support.js';

const BIG = 'x'.repeat(500_000);
const CONTENTS = { "it's a.dump": 'first', 'below/b.dump': BIG, 'empty.json': '' };

let root: string;
let from: string;
let to: string;
/** The gate is closed: a pull changes nothing on the host. */
let host: Host;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vdb-pull-'));
  [from, to] = [join(root, 'sets'), join(root, 'copies')];
  host = new Host(openLocal(), new Gate());
  await writeSet(from, CONTENTS);
});
afterEach(async () => {
  await host.close();
  await rm(root, { recursive: true });
});

async function pull(over = host): Promise<{ transferred: number; events: TransferEvent[] }> {
  const events: TransferEvent[] = [];
  const link = linkTo({ host: over, reopen: async () => host, pauseMs: 1 });
  const { transferred } = await pullSet({ link, from, id: ID, to, onEvent: (event) => events.push(event) });
  return { transferred, events };
}

const part = (path: string): string => join(to, ID, path);

describe('pullSet', () => {
  it('brings every part with its directories, and its manifest', async () => {
    expect((await pull()).transferred).toBe(BIG.length + 5);
    for (const [path, content] of Object.entries(CONTENTS))
      expect(await readFile(part(path), 'utf8')).toBe(content);
    expect((await readdir(join(to, ID))).sort()).toEqual([
      'below',
      'empty.json',
      "it's a.dump",
      'manifest.json',
    ]);
    expect((await stat(part('manifest.json'))).mode & 0o777).toBe(0o600);
  });

  it('tells of all bytes, whether they travelled or were there', async () => {
    const sum = (events: readonly TransferEvent[], transferred: boolean): number =>
      events.reduce(
        (total, event) =>
          event.type === 'bytes' && event.transferred === transferred ? total + event.count : total,
        0,
      );
    const first = await pull();
    expect([sum(first.events, true), sum(first.events, false)]).toEqual([BIG.length + 5, 0]);
    const second = await pull();
    expect([second.transferred, sum(second.events, true), sum(second.events, false)]).toEqual([
      0,
      0,
      BIG.length + 5,
    ]);
  });

  it('goes on with a part that was begun, and begins anew what does not fit', async () => {
    await mkdir(join(to, ID, 'below'), { recursive: true });
    await writeFile(`${part('below/b.dump')}.part`, BIG.slice(0, 400_000));
    expect((await pull()).transferred).toBe(100_000 + 5);
    await rm(part('below/b.dump'));
    await writeFile(`${part('below/b.dump')}.part`, `y${BIG.slice(0, 399_999)}`);
    const { transferred, events } = await pull();
    expect(transferred).toBe(100_000 + BIG.length);
    expect(events).toContainEqual(expect.objectContaining({ type: 'again', path: 'below/b.dump' }));
    expect(await readFile(part('below/b.dump'), 'utf8')).toBe(BIG);
  });

  it('fetches what was changed, cut off, or replaced by a link', async () => {
    await pull();
    await writeFile(part('below/b.dump'), `y${BIG.slice(1)}`);
    expect((await pull()).transferred).toBe(BIG.length);
    await writeFile(part('below/b.dump'), 'x');
    expect((await pull()).transferred).toBe(BIG.length);
    await rm(part("it's a.dump"));
    await symlink(join(from, ID, "it's a.dump"), part("it's a.dump"));
    expect((await pull()).transferred).toBe(5);
  });

  it('goes on after a cut, without what had come', async () => {
    let pulls = 0;
    const cutting = Object.assign(Object.create(host) as Host, {
      read: host.read.bind(host),
      pull: async (...[script, sink]: Parameters<Host['pull']>) => {
        if (++pulls !== 2) return host.pull(script, sink);
        sink.write(Buffer.from(BIG.slice(0, 300_000)));
        throw new ConnectionLostError('root@host:22');
      },
    });
    const { transferred } = await pull(cutting);
    expect(transferred).toBe(BIG.length + 5);
    expect(await readFile(part('below/b.dump'), 'utf8')).toBe(BIG);
  });

  it.each([
    ['was changed', (file: string) => writeFile(file, `y${BIG.slice(1)}`), 'came with another hash'],
    ['was cut off', (file: string) => writeFile(file, 'x'), 'has 1 bytes in place of 500000'],
    ['is gone', (file: string) => rm(file), 'is missing'],
  ])('makes no set of one of which a part %s', async (_, change, message) => {
    await change(join(from, ID, 'below/b.dump'));
    await expect(pull()).rejects.toMatchObject({
      message: expect.stringContaining(message),
      details: { code: 'backup.source-damaged' },
    });
    expect(await readdir(join(to, ID))).not.toContain('manifest.json');
  });

  it('knows no set without a manifest', async () => {
    await rm(join(from, ID, 'manifest.json'));
    await expect(pull()).rejects.toMatchObject({ exitCode: 2, details: { code: 'backup.no-set' } });
  });
});
