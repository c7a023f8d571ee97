import { expect, it } from 'vitest';
import { dialledFor } from '../../../../src/host/ssh/dial.js';

it.each([
  ['ECONNREFUSED', 'refused'],
  ['(SSH) Channel open failure: Connection refused', 'refused'],
  ['EHOSTUNREACH', 'rejected'],
  ['ENETUNREACH', 'rejected'],
  ['(SSH) Channel open failure: No route to host', 'rejected'],
  ['ETIMEDOUT', 'silent'],
  ['(SSH) Channel open failure: Connection timed out', 'silent'],
])('%s says that the port is closed: %s', (reason, dialled) => {
  expect(dialledFor(reason)).toBe(dialled);
});

it.each([
  'EPERM',
  'EMFILE',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  '(SSH) Channel open failure: open failed',
  '(SSH) Channel open failure: server closed channel unexpectedly',
  '(SSH) Channel open failure: Name or service not known',
  '',
])('%s says nothing about the port', (reason) => {
  expect(dialledFor(reason)).toEqual({ error: reason });
});
