import { describe, expect, it } from 'vitest';
import { type Answer, AnswerReader } from '../../../../src/bench/load/response.js';

/**
 * What comes of an answer that arrives in pieces of so many bytes, each of which lies where the next one will; `end`: then the
 * connection closes.
 */
function read(text: string, size: number, { end = false } = {}): Answer | undefined {
  const reader = new AnswerReader(true);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) {
    const piece = Buffer.from(bytes.subarray(at, at + size));
    const answer = reader.push(piece);
    piece.fill('x');
    if (answer !== undefined) return answer;
  }
  return end ? reader.end() : undefined;
}

const LENGTH = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello';
const CHUNKED =
  'HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n';
const CLOSED = 'HTTP/1.1 500 Oops\r\n\r\nhello';
const CONTINUED = `HTTP/1.1 100 Continue\r\n\r\n${LENGTH}`;

describe.each([1, 2, 3, 7, 1000])('an answer in pieces of %i bytes', (size) => {
  it('ends after its length', () => {
    expect(read(LENGTH, size)).toEqual({ status: 200, body: 'hello', reusable: true });
  });

  it('ends after its last chunk', () => {
    expect(read(CHUNKED, size)).toEqual({ status: 201, body: 'hello', reusable: true });
  });

  it('ends with the connection where nothing else says so', () => {
    expect(read(CLOSED, size)).toBeUndefined();
    expect(read(CLOSED, size, { end: true })).toEqual({ status: 500, body: 'hello', reusable: false });
  });

  it('is what follows after an interim answer', () => {
    expect(read(CONTINUED, size)).toEqual({ status: 200, body: 'hello', reusable: true });
  });

  it('has no body where its status says so', () => {
    expect(read('HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n', size)).toEqual({
      status: 204,
      body: '',
      reusable: true,
    });
  });

  it('is not there before it is whole, nor by a connection that closes too early', () => {
    expect(read(LENGTH.slice(0, -1), size, { end: true })).toBeUndefined();
    expect(read(CHUNKED.slice(0, -2), size, { end: true })).toBeUndefined();
  });
});

describe('a connection', () => {
  it.each([
    ['that the server closes', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n'],
    ['that brought more than the answer', `${LENGTH}!`],
  ])('%s is not used again', (_, text) => {
    expect(read(text, 1000)).toMatchObject({ status: 200, reusable: false });
  });

  it('that speaks something else is an error', () => {
    expect(() => read('SSH-2.0-OpenSSH_9.2\r\n\r\n', 1000)).toThrow('no HTTP');
    expect(() => read('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', 1000)).toThrow(
      'without a size',
    );
  });
});
