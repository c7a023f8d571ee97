import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { checksPage } from './checks-page.js';
import { commandsPage } from './commands-page.js';
import { configurationPage } from './configuration-page.js';

const DOCS = fileURLToPath(new URL('../../../docs/', import.meta.url));

test('the page of the commands is that of their table (vitest -u writes it)', async () => {
  await expect(await commandsPage()).toMatchFileSnapshot(`${DOCS}commands.md`);
});

test('the page of the configuration is that of the schema (vitest -u writes it)', async () => {
  await expect(configurationPage()).toMatchFileSnapshot(`${DOCS}configuration.md`);
});

test('the page of the checks is that of the catalogue (vitest -u writes it)', async () => {
  await expect(checksPage(CATALOGUE)).toMatchFileSnapshot(`${DOCS}checks.md`);
});
