import type { Rows } from './dataset.js';
import { dataError, openForReading } from './random-access.js';

/** Vectors as the data sets of TEXMEX have them: each row is its length (int32) and its float32s. Throws `bench.data`. */
export function fvecsRows(file: string): Rows {
  const source = openForReading(file);
  try {
    const dimension = source.bytes < 4 ? 0 : source.read(0, 4).readInt32LE();
    const size = 4 + dimension * 4;
    if (dimension < 1 || dimension > 65_536 || source.bytes % size !== 0)
      throw dataError(file, 'is no file of float vectors (.fvecs)');
    return {
      ...{ count: source.bytes / size, dimension },
      row(index) {
        const row = source.read(index * size, size);
        if (row.readInt32LE(0) !== dimension) throw dataError(file, `has another length in row ${index}`);
        return Float32Array.from({ length: dimension }, (_, at) => row.readFloatLE(4 + at * 4));
      },
      close: source.close,
    };
  } catch (error) {
    source.close();
    throw error;
  }
}
