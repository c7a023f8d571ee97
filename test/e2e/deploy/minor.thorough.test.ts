import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { otherSlot } from '../../../src/deploy/installed.js';
import { describeLab } from '../support/shared.js';
import { done, type QdrantHost, qdrantHost } from './qdrant-host.js';

/** A real Qdrant of the minor version before the one on PATH, as `VDB_E2E_OLDER_QDRANT` names it. */
const OLDER = process.env.VDB_E2E_OLDER_QDRANT ?? '';
const why = OLDER === '' ? ' (skipped: VDB_E2E_OLDER_QDRANT names no older Qdrant)' : '';

const run = promisify(execFile);

describe.skipIf(OLDER === '')(`from one minor version to the next${why}`, () => {
  describeLab('a deploy of Qdrant', () => {
    let host: QdrantHost;
    let newer: { path: string; version: string };

    beforeAll(async () => {
      const path = (await run('which', ['qdrant'])).stdout.trim();
      const { stdout } = await run(path, ['--version']);
      newer = { path, version: /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? '' };
      host = await qdrantHost('qdrant-minor', { gateway: false, qdrant: OLDER });
    });
    afterAll(() => host?.close());

    const releaseOf = (slot: string) => host.inside(`basename "$(readlink /opt/qdrant/slots/${slot})"`);

    test('brings the newer one in under load, without a failed request or a lost write', async () => {
      const from = await host.active();
      const older = await releaseOf(from);
      const { value, failed } = await host.underLoad(`${older} to ${newer.version}`, () =>
        host.lab.vdb(`deploy --service qdrant --version ${newer.version} --artifact ${newer.path}`),
      );
      done(value);
      expect(failed).toEqual([]);
      expect((await host.record()).strategy).toBe('replicate');
      expect(await host.active()).toBe(otherSlot(from));
      expect(await releaseOf(otherSlot(from))).toBe(newer.version);
    });

    test('is taken back under load, with everything that was written since', async () => {
      const from = await host.active();
      const before = await host.probe.contents();
      const { value, failed } = await host.underLoad('and back', () =>
        host.lab.vdb('rollback --service qdrant'),
      );
      done(value);
      expect(failed).toEqual([]);
      expect(await host.active()).toBe(otherSlot(from));
      expect(await releaseOf(otherSlot(from))).not.toBe(newer.version);
      const after = await host.probe.contents();
      expect([...before].filter(([id, values]) => after.get(id) !== values)).toEqual([]);
    });
  });
});
