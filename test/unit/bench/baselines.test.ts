import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baselineFile, readBaseline, saveBaseline } from '../../../src/bench/baselines.js';
import { benchResult } from './results.js';

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'vdb-baselines-'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe('a baseline', () => {
  const place = () => ({ configuration: join(cwd, 'vdb.yaml'), host: 'main', cwd });

  it('lies beside the configuration, and is read by its name or its file', async () => {
    const file = baselineFile(join(cwd, 'vdb.yaml'), 'main', 'before');
    expect(file).toBe(join(cwd, '.vdb/bench/main/before.json'));
    await saveBaseline(file, benchResult());
    for (const which of ['before', file, '.vdb/bench/main/before.json'])
      expect(await readBaseline(which, place())).toEqual(benchResult());
  });

  it('that is missing is said to be, beside those that there are', async () => {
    const elsewhere = { configuration: join(cwd, 'vdb.yaml'), host: 'other', cwd };
    await expect(readBaseline('never', elsewhere)).rejects.toMatchObject({
      message: expect.stringMatching(/baseline never cannot be read: there is no .*other\/never\.json/),
      details: { next: 'Save one: vdb bench --save NAME' },
    });
    for (const name of ['second', 'first'])
      await saveBaseline(baselineFile(join(cwd, 'vdb.yaml'), 'other', name), benchResult());
    await expect(readBaseline('never', elsewhere)).rejects.toMatchObject({
      details: { next: 'Saved for this host: first, second' },
    });
  });

  it('that is none is said to be', async () => {
    writeFileSync(join(cwd, 'other.json'), '{"schema":"x"}');
    await expect(readBaseline('other.json', place())).rejects.toThrow(/is no result of vdb bench/);
  });

  it.each(['../x', 'a/b', '', 'x.json', '-x'])('is not named "%s"', (name) => {
    expect(() => baselineFile('vdb.yaml', 'main', name)).toThrow('is no name for a baseline');
  });
});
