import type { VdbError } from '../../errors.js';
import { printable, tail } from '../../text.js';

/** A failure on one line, for a mail of cron: what failed, the host's last word on it, and what to do. */
export function failureLine(what: string, error: VdbError): string {
  const { host, stderr, next } = error.details;
  const said = printable(tail(stderr ?? '', 1));
  const message = printable(error.message);
  return [
    `${what} failed${host === undefined || message.includes(host) ? '' : ` on ${host}`}: ${message}`,
    ...(said === '' || message.includes(said) ? [] : [`: ${said}`]),
    ...(next === undefined ? [] : [` (next: ${printable(next)})`]),
  ].join('');
}
