import { readFile } from 'node:fs/promises';
import openapiTypescript, { astToString } from 'openapi-typescript';
import { expect, test } from 'vitest';

const DOCUMENT = new URL('../../../../../templates/gateway/openapi.json', import.meta.url);
const TYPES = '../../../../../src/services/gateway/client/openapi.ts';

test("the client's types are those of the gateway's OpenAPI document (vitest -u writes them)", async () => {
  const types = await openapiTypescript(await readFile(DOCUMENT, 'utf8'), { defaultNonNullable: false });
  await expect(
    `// Written by vitest -u from templates/gateway/openapi.json.\n${astToString(types)}`,
  ).toMatchFileSnapshot(TYPES);
});
