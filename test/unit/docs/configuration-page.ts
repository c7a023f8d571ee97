import { z } from 'zod';
import { dropSafeIntegerBounds, type JsonSchema } from '../../../src/config/json-schema.js';
import { type ConfigPath, isMapping, valueAt } from '../../../src/config/path.js';
import { configSchema } from '../../../src/config/schema.js';
import { minimal } from '../config/helpers.js';
import { cell, code } from './markdown.js';

/** `docs/configuration.md`: every key as the schema has it. */
export function configurationPage(): string {
  const schema = schemaWithRules();
  const effective = configSchema.parse(minimal());
  return [
    INTRODUCTION,
    ...Object.entries(schema.properties ?? {}).flatMap(([key, section]) => {
      const rows = rowsOf({ path: [key], schema: section, isRequired: key === 'version', effective });
      return [
        '',
        `## ${key}`,
        '',
        cell(section.description ?? ''),
        '',
        '| key | value | default | meaning |',
        '|---|---|---|---|',
        ...rows.map((cells) => `| ${cells.join(' | ')} |`),
      ];
    }),
    '',
  ].join('\n');
}

type Row = [key: string, value: string, standard: string, meaning: string];

/** A key with what the configuration is without it; `[]` in its path is any place of a list, `NAME` any key. */
interface Key {
  path: ConfigPath;
  schema: JsonSchema;
  isRequired: boolean;
  /** What holds where the file says nothing. */
  effective: unknown;
  /** The kind of mapping that has it, where there are several. */
  kind?: string;
}

/** The lines of a key, and of those below it. */
function rowsOf(key: Key): Row[] {
  const below = rowsBelow(key);
  return below.length > 0 && key.schema.properties !== undefined ? below : [row(key), ...below];
}

function rowsBelow({ path, schema, effective, kind }: Key): Row[] {
  if (schema.oneOf !== undefined) return schema.oneOf.flatMap((choice) => variant(choice, path));
  const mapping = mappingOf(schema);
  if (mapping !== undefined)
    return Object.entries(mapping.properties ?? {}).flatMap(([name, property]) =>
      rowsOf({
        path: [...path, name],
        schema: property,
        isRequired: mapping.required?.includes(name) === true,
        effective,
        ...(kind === undefined ? {} : { kind }),
      }),
    );
  const inner = itemOf(schema);
  if (inner === undefined || !hasKeys(inner)) return [];
  const place = schema.items === undefined ? 'NAME' : '[]';
  return rowsBelow({ path: [...path, place], schema: inner, isRequired: false, effective: undefined });
}

function variant(choice: JsonSchema, path: ConfigPath): Row[] {
  const { from, ...properties } = choice.properties ?? {};
  const kind = String(from?.const);
  const rest = { ...choice, properties };
  return [
    [code(`${formatted(path)}.from`), code(kind), '', cell(from?.description ?? '')],
    ...rowsBelow({ path, schema: rest, isRequired: false, effective: undefined, kind }),
  ];
}

function hasKeys(schema: JsonSchema): boolean {
  return mappingOf(schema) !== undefined || schema.oneOf !== undefined;
}

function mappingOf(schema: JsonSchema): JsonSchema | undefined {
  return [schema, ...(schema.anyOf ?? [])].find(({ properties }) => properties !== undefined);
}

function itemOf(schema: JsonSchema): JsonSchema | undefined {
  if (schema.items !== undefined) return schema.items;
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

function row(key: Key): Row {
  const { path, schema, kind } = key;
  const under = kind === undefined ? '' : ` (from: ${kind})`;
  return [
    `${code(formatted(path))}${under}`,
    valueText(schema),
    defaultText(key),
    cell(schema.description ?? ''),
  ];
}

function formatted(path: ConfigPath): string {
  return path.map((part, index) => (part === '[]' || index === 0 ? part : `.${part}`)).join('');
}

/** What a key is where nothing is said of it; where that depends on other things, its meaning says so. */
function defaultText({ path, schema, isRequired, effective }: Key): string {
  if (isRequired) return 'required';
  if (schema.writeOnly === true) return '';
  const here = hasKeys(schema) ? undefined : valueAt(effective, path);
  const value = here ?? schema.default;
  return value === undefined ? '' : inline(value);
}

function inline(value: unknown): string {
  if (Array.isArray(value) || isMapping(value)) {
    const entries = Array.isArray(value)
      ? value.map(plain)
      : Object.entries(value).map(([key, each]) => `${key}: ${plain(each)}`);
    if (entries.length === 0) return code(Array.isArray(value) ? '[]' : '{}');
    return entries.map(code).join(', ');
  }
  return code(plain(value));
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a key may be. */
function valueText(schema: JsonSchema): string {
  const choices = schema.anyOf ?? schema.oneOf;
  if (schema['x-rule'] !== undefined && schema.writeOnly !== true) return cell(String(schema['x-rule']));
  if (choices !== undefined) return [...new Set(choices.map(valueText))].join(' or ');
  if (schema.const !== undefined) return code(plain(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((each) => code(plain(each))).join(', ');
  const types = Array.isArray(schema.type) ? (schema.type as string[]) : [String(schema.type)];
  return types.map((type) => typeText(type, schema)).join(' or ');
}

function typeText(type: string, schema: JsonSchema): string {
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'null') return '`null`';
  if (type === 'integer') return `whole number${range(schema)}`;
  if (type === 'number') return `number${range(schema)}`;
  if (type === 'array') return `list${ofWhat(schema.items)}`;
  if (type === 'object') return `mapping${ofWhat(itemOf(schema))}`;
  const least = Number(schema.minLength ?? 0);
  const length = least > 1 ? `, ${least} characters or more` : '';
  return `${schema.writeOnly === true ? 'secret' : 'text'}${length}`;
}

function ofWhat(item: JsonSchema | undefined): string {
  return item === undefined || hasKeys(item) ? '' : ` of: ${valueText(item)}`;
}

function range({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const from = minimum ?? exclusiveMinimum;
  const least = from === undefined ? '' : `${exclusiveMinimum === undefined ? '' : 'more than '}${from}`;
  if (maximum !== undefined && minimum !== undefined) return `, ${least} to ${maximum}`;
  if (maximum !== undefined) return `, ${least}${least === '' ? '' : ', '}at most ${maximum}`;
  if (least === '') return '';
  return exclusiveMinimum === undefined ? `, ${least} or more` : `, ${least}`;
}

/** Texts that no key takes, each for another reason. */
const WRONG = ['\u0001 !', '0s', 'q'];

/** The schema as JSON Schema in which `x-rule` says what text must be, in the words of the error that a wrong one gets. */
function schemaWithRules(): JsonSchema {
  return z.toJSONSchema(configSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      dropSafeIntegerBounds({ jsonSchema });
      const rule = ruleOf(zodSchema as unknown as z.ZodType, jsonSchema);
      if (rule !== undefined) jsonSchema['x-rule'] = rule;
    },
  }) as JsonSchema;
}

function ruleOf(
  schema: z.ZodType,
  { type, enum: names, const: only }: Record<string, unknown>,
): string | undefined {
  if (names !== undefined || only !== undefined) return undefined;
  const ownRule = schema instanceof z.ZodUnion && isUnionsOwn(schema);
  if (type !== 'string' && !ownRule) return undefined;
  const [wrong = '', ...others] = WRONG;
  const messages = messagesFor(schema, wrong);
  const further = messages.some((each) => each.includes('duration'))
    ? others.flatMap((text) => messagesFor(schema, text)).filter((each) => each.endsWith(' or more'))
    : [];
  const rules = [...new Set([...messages, ...further])]
    .filter((each) => each.startsWith('must '))
    .map((each) => each.replace(/^must be /, '').replace(/^must /, 'text; must '));
  return rules.length === 0 ? undefined : rules.join('; ');
}

/** Whether a choice has words of its own for what is none of it. */
function isUnionsOwn(schema: z.ZodType): boolean {
  const [issue] = schema.safeParse(Symbol('no value')).error?.issues ?? [];
  return issue?.message.startsWith('must ') === true;
}

function messagesFor(schema: z.ZodType, text: string): string[] {
  return schema.safeParse(text).error?.issues.map(({ message }) => message) ?? [];
}

const INTRODUCTION = `# The configuration

vdb reads one file, vdb.yaml, which \`vdb init\` writes. This page is made from its schema. Keys that a file does not have are at their
defaults; unknown keys are errors, with the key that may have been meant. [vdb.example.yaml](vdb.example.yaml) has all of it as one file,
and \`vdb config schema\` prints the JSON Schema for editors.

\`\`\`sh
vdb config validate            # the file, every secret it refers to, and the rules between keys
vdb config show --origins      # what is in force, and where each value comes from; secrets masked
vdb config schema > vdb.schema.json
\`\`\`

All problems are reported at once, with the line of each, and end with exit code 2. Every command that needs the configuration does the
same before anything else.

## Which file

The file of \`--config FILE\`, or that of the lab host of \`--lab NAME\` (\`.vdb/lab/NAME/vdb.yaml\`); without them that of \`VDB_CONFIG\` or
\`VDB_LAB\`; else vdb.yaml in the working directory. Paths of files on your machine are relative to the directory of the configuration.

## What wins

Options over environment over file over defaults.

- **Options** of a command hold for that run: \`vdb deploy --version VERSION\` instead of \`qdrant.version\`. Most keys have none.
- **Environment:** \`VDB__\` and the path of a key in capitals, with \`__\` between its parts. Places in a list are numbers, from 0. Values are
  read as YAML, so lists and mappings are possible; where the configuration wants text they are taken as they are.
- Mappings are merged key by key; a list is replaced as a whole. Where a mapping says what kind it is (\`from\`), another kind replaces it.

\`\`\`sh
VDB__QDRANT__LOG_LEVEL=DEBUG VDB__HOSTS__0__CONNECT_TIMEOUT_SECONDS=30 vdb config show --origins
VDB__BACKUP__KEEP='{ weekly: 4, monthly: 6 }' vdb config validate
\`\`\`

## Secrets

A key is a secret because of what it is, not because of where its value comes from: those are \`secret\` below. They are masked in all output,
reports and records. Text of the file can refer to a value that is kept elsewhere, as a whole or in a part of it:

| | stands for |
|---|---|
| \`\${env:NAME}\` | the environment variable, which must be set |
| \`\${file:PATH#key}\` | a key of a YAML file; \`a.b\` is a key below another. Without \`#key\` all of the file, without the line break at its end. Others must not be able to read it (0600) |
| \`\${cmd:COMMAND}\` | what a shell command writes to stdout, within ten seconds, in the directory of the configuration |
| \`$\${\` | these characters: \`\${\` |

\`\`\`yaml
qdrant:
  api_key: \${file:vdb.secrets.yaml#qdrant_api_key}
  read_only_api_key: \${cmd:pass show vdb/qdrant-read-only}
postgres:
  password: \${env:VDB_POSTGRES_PASSWORD}
\`\`\`

Values that come from the environment are taken as they are: nothing in them is a reference. Placeholders such as \`changeme\` are refused, and
so are control characters.

## How to read the tables

\`hosts[].name\` is the key \`name\` of each entry of the list \`hosts\`; \`collections.NAME.size\` the key \`size\` of each collection, by its name.
\`(from: release)\` marks keys that there are for that kind alone. A key without a default can be left out, unless it is required or its meaning
says so.`;
