import { stringify } from 'yaml';
import type { JsonSchema } from '../../../src/config/json-schema.js';
import { isMapping } from '../../../src/config/path.js';

/** What the example says for keys without an example of their own, in place of a default. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  identity_file: '~/.ssh/id_ed25519',
  identity_passphrase: '${cmd:pass show vdb/passphrase}',
  proxy_jump: 'ops@bastion.example.org',
  sudo_password: '${env:VDB_SUDO_PASSWORD}',
  index_url: 'https://pypi.org/simple',
  ca_bundle: '/etc/ssl/certs/ca-certificates.crt',
  wheel_dir: '/srv/wheels',
  full_scan_threshold: 10_000,
  quantile: 0.99,
  compression: 'x16',
  gateway_grpc_port: 8100,
  qdrant_http_port: 6433,
  qdrant_grpc_port: 6434,
  certificate: 'tls/server.pem',
  key: 'tls/server.key',
  domain: 'vectors.example.org',
  email: 'operations@example.org',
  ca: 'tls/acme-ca.pem',
  sha256: '0'.repeat(64),
  url: 'http://models.example.org:11400/embed',
  collection: 'mixtral',
  id: 'host.failed-units',
  owner: 'operations',
  reason: 'The unit is replaced in the next maintenance window.',
  expires: '2030-01-31',
  line: 'documentation',
  evidence: 'https://wiki.example.org/vector-db',
  date: '2030-01-31',
  name: 'offsite',
  path: '/srv/qdrant',
  storage: '/mnt/vectors',
  target: 'backup@vault.example.org',
  api_key: '${env:COHERE_API_KEY}',
  requirements: 'gateway/requirements.txt',
  file: 'data/vectors.npy',
  queries: 'data/queries.npy',
  ef: 128,
};

/** What the example calls an entry of these maps. */
const RECORD_KEYS: Readonly<Record<string, string>> = { alerts: 'BackupOld' };

/** The data under `schema` as YAML in which every key of the schema is explained, the optional ones in comments. */
export function documented(schema: JsonSchema, data: unknown, indent = ''): string[] {
  const values = isMapping(data) ? data : {};
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    const value = values[key];
    const comment = property.description === undefined ? [] : [`${indent}# ${property.description}`];
    const lines =
      value === undefined ? optional(key, property, indent) : present(key, property, value, indent);
    return [...(indent === '' ? [''] : []), ...comment, ...lines];
  });
}

function optional(key: string, property: JsonSchema, indent: string): string[] {
  return [`${indent}# ${key}: ${inline(sampleOf(key, property))}`];
}

function present(key: string, property: JsonSchema, value: unknown, indent: string): string[] {
  const deeper = `${indent}  `;
  if (property.oneOf !== undefined) return [`${indent}${key}:`, ...variants(property.oneOf, value, deeper)];
  const mapping = [property, ...(property.anyOf ?? [])].find((choice) => choice.properties !== undefined);
  if (mapping !== undefined && isMapping(value))
    return [`${indent}${key}:`, ...documented(mapping, value, deeper)];
  if (property.items?.properties !== undefined && Array.isArray(value))
    return list(key, property.items, value, indent);
  const entry = property.additionalProperties;
  if (typeof entry === 'object' && isMapping(value)) return record(key, entry, value, indent);
  return [`${indent}${key}: ${inline(value)}`];
}

function variants(choices: JsonSchema[], value: unknown, indent: string): string[] {
  const kind = (choice: JsonSchema) => choice.properties?.from?.const;
  const chosen = isMapping(value) ? value.from : undefined;
  return choices.flatMap((choice) => {
    if (kind(choice) === chosen) return documented(choice, value, indent);
    return [`${indent}# Or:`, ...commented(documented(choice, sampleEntry(choice)), indent)];
  });
}

function list(key: string, item: JsonSchema, values: unknown[], indent: string): string[] {
  if (values.length === 0)
    return [`${indent}${key}: []`, ...commented(asItem(documented(item, sampleEntry(item))), `${indent}  `)];
  return [
    `${indent}${key}:`,
    ...values.flatMap((value) => asItem(documented(item, value, `${indent}  `), `${indent}  `)),
  ];
}

function asItem(lines: string[], indent = ''): string[] {
  const kept = lines.filter((line) => line.trim() !== '').map((line) => line.slice(indent.length));
  const first = kept.findIndex((line) => !line.startsWith('#'));
  return kept.map((line, index) => {
    if (index === first) return `${indent}- ${line}`;
    return index < first ? `${indent}${line}` : `${indent}  ${line}`;
  });
}

function record(key: string, entry: JsonSchema, values: Record<string, unknown>, indent: string): string[] {
  const [first, ...rest] = Object.entries(values);
  const deeper = `${indent}  `;
  if (first === undefined) {
    const sample =
      entry.properties === undefined
        ? []
        : [`${RECORD_KEYS[key] ?? 'mixtral'}:`, ...documented(entry, sampleEntry(entry), '  ')];
    return [`${indent}${key}: {}`, ...commented(sample, deeper)];
  }
  if (entry.properties === undefined) {
    return [
      `${indent}${key}:`,
      ...Object.entries(values).map(([name, value]) => `${deeper}${name}: ${inline(value)}`),
    ];
  }
  return [
    `${indent}${key}:`,
    `${deeper}${first[0]}:`,
    ...documented(entry, first[1], `${deeper}  `),
    ...rest.map(([name, value]) => `${deeper}${name}: ${inline(essentials(value))}`),
  ];
}

function essentials(value: unknown): unknown {
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => ['size', 'backup_priority'].includes(key)),
  );
}

function sampleEntry(schema: JsonSchema): Record<string, unknown> {
  const required = Object.entries(schema.properties ?? {}).filter(([key]) => schema.required?.includes(key));
  return Object.fromEntries(required.map(([key, property]) => [key, sampleOf(key, property)]));
}

function sampleOf(key: string, schema: JsonSchema): unknown {
  return (
    schema.examples?.[0] ?? SAMPLES[key] ?? schema.default ?? schema.const ?? schema.enum?.[0] ?? 'value'
  );
}

function commented(lines: string[], indent: string): string[] {
  return lines.filter((line) => line.trim() !== '').map((line) => `${indent}# ${line}`);
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trim();
}
