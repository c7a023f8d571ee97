import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Payload, Point, PointId } from '../model.js';

/** One change of a collection: points as they are now, and points that are gone. */
export interface Entry {
  version: number;
  put?: Point[];
  remove?: PointId[];
}

/** A change log: appended to before a change counts, read from the beginning at a start. */
export interface Log {
  append(entry: Entry): void;
  close(): void;
}

/** Opens a log and replays it. A last line that a crash cut off never counted, and is dropped. */
export function openLog(path: string, replay: (entry: Entry) => void): Log {
  const text = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
  const complete = text.lastIndexOf(0x0a) + 1;
  for (const line of linesOf(text.subarray(0, complete))) replay(decodeEntry(line));
  const file = openSync(path, 'a');
  if (complete < text.length) ftruncateSync(file, complete);
  return {
    append: (entry) => writeWhole(file, Buffer.from(encodeEntry(entry))),
    close: () => {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

function writeWhole(file: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** The lines of a buffer, one at a time: the whole may be longer than a string can be. */
export function* linesOf(bytes: Uint8Array): Generator<string> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = 0; start < buffer.length; ) {
    const found = buffer.indexOf(0x0a, start);
    const end = found === -1 ? buffer.length : found;
    if (end > start) yield buffer.toString('utf8', start, end);
    start = end + 1;
  }
}

interface StoredPoint {
  id: PointId;
  version: number;
  payload: Payload;
  /** Little-endian 32-bit floats in base64, by name. */
  vectors: Record<string, string>;
}

/** One line of a log or a snapshot. */
export function encodeEntry({ version, put, remove }: Entry): string {
  const stored = put?.map((point): StoredPoint => {
    const vectors = Object.entries(point.vectors).map(([name, vector]) => [name, toBase64(vector)]);
    return {
      id: point.id,
      version: point.version,
      payload: point.payload,
      vectors: Object.fromEntries(vectors),
    };
  });
  return `${JSON.stringify({ version, ...(stored ? { put: stored } : {}), ...(remove ? { remove } : {}) })}\n`;
}

/** One line of the log as it was written by {@link encodeEntry}. Throws on a line that is cut. */
export function decodeEntry(line: string): Entry {
  const entry = JSON.parse(line) as { version: number; put?: StoredPoint[]; remove?: PointId[] };
  const put = entry.put?.map((point): Point => {
    const vectors = Object.entries(point.vectors).map(([name, text]) => [name, fromBase64(text)]);
    return { ...point, vectors: Object.fromEntries(vectors) };
  });
  return {
    version: entry.version,
    ...(put ? { put } : {}),
    ...(entry.remove ? { remove: entry.remove } : {}),
  };
}

function toBase64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}

function fromBase64(text: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}
