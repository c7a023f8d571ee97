/** A file of an archive. */
export interface TarFile {
  /** Relative, with `/` between names: 100 bytes, and 155 more before a `/`. */
  path: string;
  content: Uint8Array;
  executable: boolean;
}

const BLOCK = 512;

/**
 * A tar archive (ustar) of regular files that belong to root. The same files give the same bytes everywhere: no
 * times, no names of accounts, in the order given. Pure.
 */
export function tarOf(files: readonly TarFile[]): Uint8Array {
  const parts = files.flatMap((file) => [headerOf(file), padded(file.content)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function padded(content: Uint8Array): Uint8Array {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.byteLength % BLOCK)) % BLOCK)]);
}

function headerOf({ path, content, executable }: TarFile): Uint8Array {
  const [prefix, name] = splitName(path);
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0);
  header.write(octal(executable ? 0o755 : 0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(content.byteLength, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write('0', 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  header.write(prefix, 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/** A long name lies in two fields, divided at a slash. */
function splitName(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name];
  }
  throw new Error(`the name is too long for an archive: ${path}`);
}
