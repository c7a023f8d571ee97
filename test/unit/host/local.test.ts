import { expect, it } from 'vitest';
import { openLocal } from '../../../src/host/local.js';

it('ends open sessions when it is closed', async () => {
  const transport = openLocal();
  const session = await transport.open("sh -c 'echo ready; while read -r _; do :; done'");
  expect(await session.readLine()).toBe('ready');
  await transport.close();
  await session.closed;
  expect(await session.readLine()).toBeNull();
});

it('kills a session that does not end with its input', async () => {
  const transport = openLocal();
  const session = await transport.open("sh -c 'echo ready; exec sleep 300'");
  expect(await session.readLine()).toBe('ready');
  await transport.close();
  await session.closed;
});
