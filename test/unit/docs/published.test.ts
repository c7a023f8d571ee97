import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { commandsPage } from './commands-page.js';
import { configurationPage } from './configuration-page.js';

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));

test('the page of the commands is that of their table (vitest -u writes it)', async () => {
  await expect(await commandsPage()).toMatchFileSnapshot(`${DOCS}commands.md`);
});

test('the page of the configuration is that of the schema (vitest -u writes it)', async () => {
  await expect(configurationPage()).toMatchFileSnapshot(`${DOCS}configuration.md`);
});
