import type { RequestSpec } from '../../src/bench/load/message.js';

/** A script of wrk that sends this request; the host and the lengths it adds itself. Pure. */
export function wrkScript({ method, path, headers }: RequestSpec, body: string): string {
  const all = { 'Content-Type': 'application/json', ...headers };
  return [
    `wrk.method = ${quoted(method)}`,
    `wrk.path = ${quoted(path)}`,
    `wrk.body = ${quoted(body)}`,
    ...Object.entries(all).map(([name, value]) => `wrk.headers[${quoted(name)}] = ${quoted(value)}`),
    '',
  ].join('\n');
}

/** A text of JSON is one of Lua, as long as it has no `\u`. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

/** Requests a second, as wrk said them. Throws when some of them failed. Pure. */
export function wrkRate(said: string): number {
  const rate = Number(/^Requests\/sec:\s*([\d.]+)$/m.exec(said)?.[1]);
  if (!(rate > 0) || /Socket errors|Non-2xx/.test(said)) throw new Error(`wrk measured no rate:\n${said}`);
  return rate;
}
