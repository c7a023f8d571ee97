import type { Rows } from './dataset.js';
import { dataError, openForReading } from './random-access.js';

const MAGIC = '\x93NUMPY';
const READERS = {
  '<f4': { bytes: 4, read: (buffer: Buffer, at: number) => buffer.readFloatLE(at) },
  '<f8': { bytes: 8, read: (buffer: Buffer, at: number) => buffer.readDoubleLE(at) },
} as const;

/** What the header of a NumPy file says. */
export interface NpyHeader {
  /** The numbers, such as `<f4`. */
  type: string;
  fortran: boolean;
  shape: number[];
}

/** Vectors as NumPy saves them: two dimensions, row after row, float32 or float64. Throws `bench.data`. */
export function npyRows(file: string): Rows {
  const source = openForReading(file);
  try {
    const { header, dataAt } = readHeader(file, source);
    const reader = READERS[header.type as keyof typeof READERS];
    const [count, dimension] = header.shape;
    if (reader === undefined) throw dataError(file, `holds numbers of type ${header.type}`);
    if (header.fortran) throw dataError(file, 'is saved column after column (numpy.ascontiguousarray helps)');
    if (header.shape.length !== 2 || !count || !dimension)
      throw dataError(file, `has shape (${header.shape.join(', ')})`);
    const size = dimension * reader.bytes;
    if (source.bytes < dataAt + count * size) throw dataError(file, 'is shorter than its header says');
    return {
      ...{ count, dimension },
      row(index) {
        const row = source.read(dataAt + index * size, size);
        return Float32Array.from({ length: dimension }, (_, at) => reader.read(row, at * reader.bytes));
      },
      close: source.close,
    };
  } catch (error) {
    source.close();
    throw error;
  }
}

function readHeader(file: string, source: ReturnType<typeof openForReading>) {
  if (source.bytes < 12 || source.read(0, 6).toString('latin1') !== MAGIC)
    throw dataError(file, 'is no file of NumPy');
  const isFirst = source.read(6, 1)[0] === 1;
  const length = isFirst ? source.read(8, 2).readUInt16LE() : source.read(8, 4).readUInt32LE();
  const begins = isFirst ? 10 : 12;
  if (source.bytes < begins + length) throw dataError(file, 'ends in its header');
  return { header: parseHeader(source.read(begins, length).toString('latin1')), dataAt: begins + length };
}

/** The dictionary of a header: `{'descr': '<f4', 'fortran_order': False, 'shape': (10, 3), }`. Pure. */
export function parseHeader(text: string): NpyHeader {
  const shape = /'shape':\s*\(([^)]*)\)/.exec(text)?.[1] ?? '';
  return {
    type: /'descr':\s*'([^']*)'/.exec(text)?.[1] ?? '',
    fortran: /'fortran_order':\s*True/.test(text),
    shape: shape
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(Number),
  };
}
