import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { EXIT, messageOf, VdbError } from '../../errors.js';

/** A file that is read at places, not as a whole: it may be larger than memory. */
export interface RandomAccess {
  bytes: number;
  /** `length` bytes from `offset`. Throws `bench.data` where the file ends before. */
  read(offset: number, length: number): Buffer;
  close(): void;
}

/** Throws `bench.data` where the file cannot be opened. */
export function openForReading(file: string): RandomAccess {
  const descriptor = opened(file);
  return {
    bytes: fstatSync(descriptor).size,
    read(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      if (readSync(descriptor, buffer, 0, length, offset) === length) return buffer;
      throw dataError(file, 'ends in the middle of a vector');
    },
    close: () => closeSync(descriptor),
  };
}

function opened(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    throw dataError(file, `cannot be read: ${messageOf(error)}`);
  }
}

/** What is wrong with a file of vectors. */
export function dataError(file: string, what: string): VdbError {
  return new VdbError(`${file} ${what}`, {
    code: 'bench.data',
    exitCode: EXIT.usage,
    next: 'It takes .npy (two dimensions, float32 or float64), .fvecs, and JSON Lines with "vector" in each line.',
  });
}
