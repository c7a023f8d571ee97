import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openPartFile } from '../../../../src/backup/repositories/pull/part-file.js';
import { sha256 } from './support.js';

let file: string;

beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'vdb-part-')), 'a.part');
});
afterEach(() => rm(join(file, '..'), { recursive: true }));

const content = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
const chunks = (from: Buffer): Buffer[] => [from.subarray(0, 1), from.subarray(1, 9000), from.subarray(9000)];

it('hashes what comes, counts it, and leaves a file for its owner alone', async () => {
  const part = await openPartFile(file, content.length);
  let counted = 0;
  await pipeline(
    Readable.from(chunks(content)),
    part.sink((count) => (counted += count)),
  );
  expect([counted, part.bytes]).toEqual([content.length, content.length]);
  expect(await part.finish()).toBe(sha256(content));
  expect(await readFile(file)).toEqual(content);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
});

it('goes on from what is there, with the hash of the whole', async () => {
  await writeFile(file, content.subarray(0, 100_001));
  const hashed: number[] = [];
  const part = await openPartFile(file, content.length, (count) => hashed.push(count));
  expect([part.bytes, hashed]).toEqual([100_001, [100_001]]);
  await pipeline(
    Readable.from(chunks(content.subarray(100_001))),
    part.sink(() => {}),
  );
  expect(await part.finish()).toBe(sha256(content));
});

it('goes on after a stream that broke off, from what was written of it', async () => {
  const part = await openPartFile(file, content.length);
  const sink = part.sink(() => {});
  sink.on('error', () => {});
  sink.write(content.subarray(0, 50_000));
  sink.write(content.subarray(50_000, 60_000));
  sink.destroy(new Error('cut'));
  await part.settled();
  const rest = content.subarray(part.bytes);
  await pipeline(
    Readable.from([rest]),
    part.sink(() => {}),
  );
  expect(await part.finish()).toBe(sha256(content));
});

it('begins anew where there is more than there can be', async () => {
  await writeFile(file, content);
  const part = await openPartFile(file, 10);
  expect(part.bytes).toBe(0);
  await part.close();
  expect((await stat(file)).size).toBe(0);
});
