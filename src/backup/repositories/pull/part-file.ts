import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { Writable } from 'node:stream';

/** Of what is read or may wait to be written at once. */
const CHUNK = 1 << 20;
const WAITING = 4 * CHUNK;
/** The kernel is told to write so often, so that the end does not wait for everything. */
const FLUSH_EVERY = 64 * CHUNK;

/** A file of this machine that grows from its front, with the hash of all that it holds. */
export interface PartFile {
  /** What it holds. */
  readonly bytes: number;
  /** A stream that appends. One at a time; what ends it early must be followed by {@link settled}. */
  sink(onBytes: (count: number) => void): Writable;
  /** Resolves when nothing is being written any more. */
  settled(): Promise<void>;
  /** Makes it outlive a power failure, closes it and gives its sha256. */
  finish(): Promise<string>;
  close(): Promise<void>;
}

/** Opens `path`, made where it is missing, readable by its owner alone, and hashes up to `most` bytes that it has. */
export async function openPartFile(
  path: string,
  most: number,
  onHashed: (count: number) => void = () => {},
): Promise<PartFile> {
  const handle = await openOrCreate(path);
  try {
    const { size } = await handle.stat();
    if (size > most) await handle.truncate(0);
    const hash = createHash('sha256');
    const bytes = size > most ? 0 : await hashed(handle, hash, onHashed);
    return growing(handle, hash, bytes);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openOrCreate(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx+', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return open(path, 'r+');
  }
}

async function hashed(handle: FileHandle, hash: Hash, onHashed: (count: number) => void): Promise<number> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK, position);
    if (bytesRead === 0) return position;
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
    onHashed(bytesRead);
  }
}

function growing(handle: FileHandle, hash: Hash, there: number): PartFile {
  let bytes = there;
  let flushed = there;
  let writing: Promise<void> = Promise.resolve();
  let flushing: Promise<void> = Promise.resolve();
  const append = async (chunks: readonly Buffer[]): Promise<number> => {
    const written = writeAll(handle, chunks, bytes);
    for (const chunk of chunks) hash.update(chunk);
    const count = await written;
    bytes += count;
    if (bytes - flushed >= FLUSH_EVERY) {
      flushed = bytes;
      flushing = flushing.then(() => handle.datasync());
      flushing.catch(() => {});
    }
    return count;
  };
  const settled = async (): Promise<void> => {
    await writing.catch(() => {});
    await flushing.catch(() => {});
  };
  return {
    get bytes() {
      return bytes;
    },
    sink(onBytes) {
      const take = (chunks: readonly Buffer[], done: (error?: Error | null) => void): void => {
        writing = append(chunks).then((count) => {
          onBytes(count);
          done();
        });
        writing.catch(done);
      };
      return new Writable({
        highWaterMark: WAITING,
        write: (chunk: Buffer, _encoding, done) => take([chunk], done),
        writev: (chunks, done) =>
          take(
            chunks.map(({ chunk }) => chunk as Buffer),
            done,
          ),
      });
    },
    settled,
    async finish() {
      await settled();
      await flushing;
      await handle.sync();
      await handle.close();
      return hash.digest('hex');
    },
    async close() {
      await settled();
      await handle.close();
    },
  };
}

/** A disk that is nearly full takes a part of a write before it refuses the rest. */
async function writeAll(handle: FileHandle, chunks: readonly Buffer[], position: number): Promise<number> {
  const total = chunks.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await handle.writev([...chunks], position);
  if (bytesWritten === total) return total;
  const rest = Buffer.concat(chunks).subarray(bytesWritten);
  for (let done = 0; done < rest.length; ) {
    const more = await handle.write(rest, done, rest.length - done, position + bytesWritten + done);
    done += more.bytesWritten;
  }
  return total;
}
