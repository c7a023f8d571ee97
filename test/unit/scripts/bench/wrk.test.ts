import { describe, expect, it } from 'vitest';
import { wrkRate, wrkScript } from '../../../../scripts/bench/wrk.js';

const SAID = `Running 3s test @ http://127.0.0.1:4711
  1 threads and 32 connections
  59820 requests in 3.00s, 6.21MB read
Requests/sec:  19833.42
Transfer/sec:      2.06MB
`;

describe('wrk', () => {
  it('is told the request, with texts that Lua reads as they were', () => {
    const request = { method: 'POST', path: '/points', headers: { 'api-key': 'a' } } as const;
    expect(wrkScript(request, '{"query":[1]}').split('\n')).toEqual([
      'wrk.method = "POST"',
      'wrk.path = "/points"',
      'wrk.body = "{\\"query\\":[1]}"',
      'wrk.headers["Content-Type"] = "application/json"',
      'wrk.headers["api-key"] = "a"',
      '',
    ]);
  });

  it('says its rate', () => {
    expect(wrkRate(SAID)).toBe(19833.42);
  });

  it.each([
    ['no rate', 'unable to connect to 127.0.0.1:4711 Connection refused'],
    ['nothing done', SAID.replace('19833.42', '0.00')],
    ['errors of sockets', `${SAID}  Socket errors: connect 0, read 3, write 0, timeout 0\n`],
    ['other answers than good ones', `${SAID}  Non-2xx or 3xx responses: 59820\n`],
  ])('that says %s has measured nothing', (_, said) => {
    expect(() => wrkRate(said)).toThrow('wrk measured no rate');
  });
});
