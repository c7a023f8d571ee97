import { expect, test } from 'vitest';
import { selectHosts } from '../../../src/config/select.js';
import { validate } from '../../../src/config/validate.js';
import { minimal } from './helpers.js';

const hosts = [
  { name: 'alpha', address: 'a' },
  { name: 'beta', address: 'b' },
];
const { config } = validate({ ...minimal(), hosts });

test.each([
  [undefined, {}, ['alpha', 'beta']],
  [undefined, { VDB_HOST: 'beta' }, ['beta']],
  ['alpha', { VDB_HOST: 'beta' }, ['alpha']],
])('--host %s with %j selects %j', (host, env, names) => {
  expect(selectHosts(config!, env, host).map(({ name }) => name)).toEqual(names);
});

test('an unknown host is refused with the nearest name', () => {
  expect(() => selectHosts(config!, {}, 'bet')).toThrow(
    expect.objectContaining({
      details: expect.objectContaining({ exitCode: 2, next: 'Did you mean beta?' }),
    }),
  );
});
