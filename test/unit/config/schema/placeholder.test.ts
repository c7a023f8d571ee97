import { expect, test } from 'vitest';
import { isPlaceholder } from '../../../../src/config/schema/placeholder.js';

test.each([
  'secure_password_123',
  'changeme',
  'change-me!',
  'CHANGE_THIS',
  'password',
  'Password123',
  'secret',
  'your-api-key-here',
  'xxxxxxxxxxxxxxxx',
  '<api key>',
  '0000000000000000',
])('%j is a placeholder', (value) => {
  expect(isPlaceholder(value)).toBe(true);
});

test.each(['Zk3vTq8sXw1mBn6cLd9f', 'correct horse battery staple', 'secretary-of-the-interior'])(
  '%j is taken as a secret',
  (value) => {
    expect(isPlaceholder(value)).toBe(false);
  },
);
