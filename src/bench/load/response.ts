const HEAD_END = Buffer.from('\r\n\r\n');
const NO_BODY: readonly number[] = [204, 304];

/** What an answer of HTTP/1.1 was. */
export interface Answer {
  status: number;
  /** Empty unless it was asked for. */
  body: string;
  /** Whether the connection can be used again. */
  reusable: boolean;
}

/** How the end of a body is known: by so many bytes to come, by its chunks, or by the end of the connection. */
type Body = { left: number } | Chunks | 'until-closed';

/** `left`: of the chunk that is being read, with the end of its line; null: the line with its size comes next. */
interface Chunks {
  left: number | null;
  line: string;
  /** The last chunk was seen, and then an empty line ends it. */
  isLast: boolean;
}

/**
 * Reads one answer from what a connection brings, piece by piece. It knows of HTTP what a load generator needs: the status, and
 * where an answer ends. Throws where it is no HTTP.
 */
export class AnswerReader {
  readonly #keepsBody: boolean;
  #head: Buffer = Buffer.alloc(0);
  #status = 0;
  #reusable = true;
  #body: Body | undefined;
  #kept: Buffer[] = [];

  constructor(keepsBody: boolean) {
    this.#keepsBody = keepsBody;
  }

  /** The answer, once it is whole. What lies in `piece` may be another thing afterwards. */
  push(piece: Buffer): Answer | undefined {
    let rest = piece;
    if (this.#body === undefined) {
      const joined = this.#head.length === 0 ? piece : Buffer.concat([this.#head, piece]);
      const end = joined.indexOf(HEAD_END);
      if (end === -1) {
        this.#head = joined === piece ? Buffer.from(piece) : joined;
        return undefined;
      }
      this.#readHead(joined.toString('latin1', 0, end));
      rest = joined.subarray(end + HEAD_END.length);
      if (this.#status < 200) return this.#again(rest);
    }
    return this.#take(rest) ? this.#whole() : undefined;
  }

  /** The connection has ended: the answer, where that is what ends it. */
  end(): Answer | undefined {
    return this.#body === 'until-closed' ? this.#whole() : undefined;
  }

  /** An answer that only says that another one follows. */
  #again(rest: Buffer): Answer | undefined {
    this.#head = Buffer.alloc(0);
    this.#body = undefined;
    return rest.length === 0 ? undefined : this.push(rest);
  }

  #readHead(head: string): void {
    if (!/^HTTP\/1\.[01] \d{3}/.test(head)) throw new Error('the answer is no HTTP/1.1');
    const lower = head.toLowerCase();
    this.#status = Number(head.slice(9, 12));
    this.#reusable = head.startsWith('HTTP/1.1') && !/\r\nconnection:[ \t]*close/.test(lower);
    const length = /\r\ncontent-length:[ \t]*(\d+)/.exec(lower)?.[1];
    if (NO_BODY.includes(this.#status)) this.#body = { left: 0 };
    else if (/\r\ntransfer-encoding:[^\r]*chunked/.test(lower))
      this.#body = { left: null, line: '', isLast: false };
    else this.#body = length === undefined ? 'until-closed' : { left: Number(length) };
  }

  #take(piece: Buffer): boolean {
    const body = this.#body!;
    if (body === 'until-closed') {
      this.#keep(piece);
      return false;
    }
    if ('line' in body) return this.#takeChunks(body, piece);
    this.#keep(piece.subarray(0, body.left));
    body.left -= piece.length;
    if (body.left < 0) this.#reusable = false;
    return body.left <= 0;
  }

  #takeChunks(chunks: Chunks, piece: Buffer): boolean {
    let at = 0;
    while (at < piece.length) {
      if (chunks.left === null) {
        const end = piece.indexOf(10, at);
        chunks.line += piece.toString('latin1', at, end === -1 ? piece.length : end);
        if (end === -1) return false;
        at = end + 1;
        const line = chunks.line.trim();
        chunks.line = '';
        if (chunks.isLast && line === '') return true;
        if (chunks.isLast) continue;
        const size = Number.parseInt(line, 16);
        if (Number.isNaN(size)) throw new Error('the answer has a chunk without a size');
        if (size === 0) chunks.isLast = true;
        else chunks.left = size + 2;
      } else {
        const took = Math.min(chunks.left, piece.length - at);
        this.#keep(piece.subarray(at, at + Math.min(took, Math.max(0, chunks.left - 2))));
        at += took;
        chunks.left = took === chunks.left ? null : chunks.left - took;
      }
    }
    return false;
  }

  #keep(piece: Buffer): void {
    if (this.#keepsBody && piece.length > 0) this.#kept.push(Buffer.from(piece));
  }

  #whole(): Answer {
    const isOpen = this.#body !== 'until-closed';
    return {
      status: this.#status,
      body: this.#keepsBody ? Buffer.concat(this.#kept).toString() : '',
      reusable: this.#reusable && isOpen,
    };
  }
}
