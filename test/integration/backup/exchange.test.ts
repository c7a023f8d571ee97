import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QdrantPlace } from '../../../src/backup/restore/collections.js';
import { copyCommand } from '../../../src/backup/restore/copy.js';
import { exchangeCommand, MOVED_ON } from '../../../src/backup/restore/switch.js';
import { CommandError, type Host } from '../../../src/host/host.js';
import { resultOf } from '../../support/backup-set.js';
import { availableKinds, type RunningQdrant, startQdrant } from '../../support/qdrant.js';
import { unprivilegedHost } from '../../support/unprivileged-host.js';

const NAME = "o'dd näme & co";
const PATH = `/collections/${encodeURIComponent(NAME)}`;
const PLACES = availableKinds().flatMap((kind) => [
  { kind, cluster: true, where: 'a cluster of one node' },
  { kind, cluster: false, where: 'a standalone server' },
]);

describe.each(PLACES)('an exchange in $where ($kind)', ({ kind, cluster }) => {
  let server: RunningQdrant;
  let host: Host;
  let place: QdrantPlace;

  const write = (points: number, value: number) =>
    resultOf(server, 'PUT', `${PATH}/points?wait=true`, {
      points: Array.from({ length: points }, (_, id) => ({ id, vector: [id, value] })),
    });
  const copy = async (target: string): Promise<string> => {
    const { stdout } = await host.run(copyCommand(place, { name: NAME, target, bytes: 0 }));
    return /^operations (.*)$/m.exec(stdout)?.[1] ?? 'nothing';
  };
  const exchange = (operations: string, points: number) =>
    host
      .run(
        exchangeCommand(place, {
          ...{ name: NAME, points, operations },
          moves: [{ alias: NAME, to: 'beside' }],
        }),
      )
      .then(
        ({ exitCode }) => exitCode,
        (error: unknown) => (error instanceof CommandError ? error.result.exitCode : null),
      );

  beforeAll(async () => {
    server = await startQdrant(kind, { cluster });
    console.info(`exchanged in: ${kind === 'real' ? 'Qdrant' : 'the emulator'} ${server.version}`);
    host = unprivilegedHost(join(server.directory, 'busy'));
    const keyFile = join(server.directory, 'header');
    writeFileSync(keyFile, `api-key: ${server.apiKey}\n`);
    place = { port: server.httpPort, keyFile, snapshots: join(server.directory, 'snapshots') };
    await resultOf(server, 'PUT', PATH, { vectors: { size: 2, distance: 'Dot' }, shard_number: 2 });
    await resultOf(server, 'PUT', '/collections/other', { vectors: { size: 2, distance: 'Dot' } });
    await write(10, 1);
  });

  afterAll(() => server.stop());

  it('leaves a snapshot alone that somebody else has made', async () => {
    const { name } = await resultOf<{ name: string }>(server, 'POST', `${PATH}/snapshots?wait=true`);
    const own = join(place.snapshots, NAME);
    await copy('first');
    expect(readdirSync(own).filter((file) => file.endsWith('.snapshot'))).toEqual([name]);
  });

  it('is not done with a copy that lacks a write which left as many points; with a new one it is', async () => {
    const before = await copy('second');
    await write(10, 2);
    if (kind === 'real') {
      expect(before).toMatch(/^("op_num":\d+){2}$/);
      expect(await exchange(before, 10)).toBe(MOVED_ON);
    }
    const again = await copy('third');
    await resultOf(server, 'PUT', '/collections/other/points?wait=true', {
      points: [{ id: 1, vector: [1, 1] }],
    });
    await copy('beside');
    expect(await exchange(again, 10)).toBe(0);
    const { aliases } = await resultOf<{ aliases: unknown[] }>(server, 'GET', '/aliases');
    expect(aliases).toEqual([{ alias_name: NAME, collection_name: 'beside' }]);
  });
});
