/** Stands in a body for eight digits that are others in each request, so that no cache between here and there answers. */
export const STAMP = '@@@@@@@@';
const DIGITS = STAMP.length;
const ZERO = 48;

/** A request of HTTP/1.1, ready to be sent: nothing is rendered while the load runs. */
export interface Message {
  bytes: Uint8Array;
  /** Where stamps begin in it. */
  stamps: readonly number[];
  /** What it does: a batch of ten searches is ten operations. */
  operations: number;
}

export interface RequestSpec {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  headers: Readonly<Record<string, string>>;
  /** As JSON. */
  body?: unknown;
  operations?: number;
}

/** A number whose last digits are a stamp; in JSON it can only stand as a text before it is stamped. */
const STAMPED_NUMBER = new RegExp(`"(-?[0-9.]*${STAMP})"`, 'g');

/** Renders a request. A text of the body that is digits and a {@link STAMP} becomes a number. Pure. */
export function messageOf({ method, path, headers, body, operations = 1 }: RequestSpec): Message {
  const text = body === undefined ? '' : JSON.stringify(body).replaceAll(STAMPED_NUMBER, '$1');
  const head = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined
      ? []
      : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]),
  ].join('\r\n');
  const bytes = Buffer.from(`${head}\r\n\r\n${text}`);
  return { bytes: new Uint8Array(bytes), stamps: placesOf(bytes), operations };
}

function placesOf(bytes: Buffer): number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(STAMP); at !== -1; at = bytes.indexOf(STAMP, at + DIGITS)) places.push(at);
  return places;
}

/** The bytes of a message with `number` in all its stamps, as eight digits. A copy: the last one may still wait to be sent. */
export function stamped({ bytes, stamps }: Message, number: number): Uint8Array {
  if (stamps.length === 0) return bytes;
  const copy = bytes.slice();
  for (const place of stamps) {
    let rest = number;
    for (let at = place + DIGITS - 1; at >= place; at--) {
      copy[at] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
  return copy;
}
