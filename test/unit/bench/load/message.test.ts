import { describe, expect, it } from 'vitest';
import { messageOf, STAMP, stamped } from '../../../../src/bench/load/message.js';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe('a message', () => {
  it('is a request of HTTP/1.1 with the length of its body in bytes', () => {
    const { bytes, operations } = messageOf({
      ...{ method: 'POST', path: '/x', headers: { 'api-key': 'k' } },
      body: { name: 'ä' },
    });
    expect(text(bytes)).toBe(
      'POST /x HTTP/1.1\r\nHost: localhost\r\napi-key: k\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"name":"ä"}',
    );
    expect(operations).toBe(1);
  });

  it('has neither type nor length without a body', () => {
    const { bytes } = messageOf({ method: 'GET', path: '/livez', headers: {} });
    expect(text(bytes)).toBe('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  });

  it('bears another number each time, without a change to what was sent before', () => {
    const body = { id: `1${STAMP}`, at: [`-0.25${STAMP}`], name: `point ${STAMP}` };
    const message = messageOf({ method: 'POST', path: '/x', headers: {}, body });
    const [first, second] = [stamped(message, 7), stamped(message, 123_456_789)];
    expect(text(first)).toContain('{"id":100000007,"at":[-0.2500000007],"name":"point 00000007"}');
    expect(text(second)).toContain('{"id":123456789,"at":[-0.2523456789],"name":"point 23456789"}');
  });

  it('is sent as it is where there is nothing to stamp', () => {
    const message = messageOf({ method: 'GET', path: '/', headers: {} });
    expect(stamped(message, 3)).toBe(message.bytes);
  });
});
