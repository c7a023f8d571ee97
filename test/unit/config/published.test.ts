import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configJsonSchema, type JsonSchema } from '../../../src/config/json-schema.js';
import { loadConfig } from '../../../src/config/load.js';
import { isMapping } from '../../../src/config/path.js';
import { renderConfigFile } from '../../../src/config/render.js';
import { configSchema } from '../../../src/config/schema.js';
import { writeSecrets } from '../../../src/config/secrets.js';
import { documented } from './documented-example.js';
import { inDirectory } from './helpers.js';

const SCHEMA = fileURLToPath(new URL('../../../schema/vdb.schema.json', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../../docs/vdb.example.yaml', import.meta.url));

const HEADER = `# yaml-language-server: $schema=../schema/vdb.schema.json
#
# Every key of the configuration with its meaning and its default. A file of your own needs few of them:
# vdb init writes one. Values may refer to others: \${env:NAME}, \${file:PATH#key}, \${cmd:COMMAND}. A value
# is a secret because of its key, not because of where it comes from: api keys, passwords and passphrases.
# Environment variables override them: VDB__QDRANT__LOG_LEVEL=DEBUG.
`;

function example(): string {
  const written = renderConfigFile({
    name: 'vector-db',
    address: 'vector-db.example.org',
    port: 22,
    user: 'root',
    secretsFile: 'vdb.secrets.yaml',
  });
  const data = configSchema.parse(parse(written));
  return `${HEADER}${documented(configJsonSchema(), data).join('\n')}\n`;
}

function keysOf(schema: JsonSchema): string[] {
  const children = [
    ...Object.values(schema.properties ?? {}),
    ...(isMapping(schema.additionalProperties) ? [schema.additionalProperties as JsonSchema] : []),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ];
  return [...Object.keys(schema.properties ?? {}), ...children.flatMap(keysOf)];
}

test('the published JSON Schema is that of the code (vitest -u writes it)', async () => {
  await expect(`${JSON.stringify(configJsonSchema(), null, 2)}\n`).toMatchFileSnapshot(SCHEMA);
});

test('the documented example is that of the schema (vitest -u writes it)', async () => {
  await expect(example()).toMatchFileSnapshot(EXAMPLE);
});

test('the documented example mentions every key', async () => {
  const text = await readFile(EXAMPLE, 'utf8');
  const missing = keysOf(configJsonSchema()).filter(
    (key) => !new RegExp(`(^|[\\s{#-])${key}:`, 'm').test(text),
  );
  expect(missing).toEqual([]);
});

test('the documented example loads', async () => {
  await inDirectory(async (cwd) => {
    await writeFile(join(cwd, 'vdb.yaml'), await readFile(EXAMPLE, 'utf8'));
    await writeSecrets(join(cwd, 'vdb.secrets.yaml'));
    const { config } = await loadConfig({ cwd, env: {} });
    expect(Object.keys(config.collections)).toHaveLength(9);
  });
});

test('every key of the schema has a description', () => {
  const undescribed = (schema: JsonSchema, path: string): string[] =>
    Object.entries(schema.properties ?? {}).flatMap(([key, property]) => [
      ...(property.description ? [] : [`${path}.${key}`]),
      ...undescribed(property, `${path}.${key}`),
    ]);
  expect(undescribed(configJsonSchema(), '')).toEqual([]);
});
