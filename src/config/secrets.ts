import { randomBytes } from 'node:crypto';
import { stringify } from 'yaml';
import { createFile } from '../files.js';

const NAMES = [
  'qdrant_api_key',
  'qdrant_read_only_api_key',
  'postgres_password',
  'redis_password',
  'gateway_api_key',
] as const;

/** The secrets of a configuration, by the names that `renderConfigFile` refers to. */
export type Secrets = Record<(typeof NAMES)[number], string>;

/** New secrets of 256 random bits each, safe in URLs, shells and configuration files. */
export function generateSecrets(): Secrets {
  return Object.fromEntries(NAMES.map((name) => [name, randomBytes(32).toString('base64url')])) as Secrets;
}

/**
 * Writes new secrets to `file`, readable by its owner alone. A file that is there already is never touched:
 * then the answer is `kept`.
 */
export async function writeSecrets(file: string): Promise<'written' | 'kept'> {
  const text = `# Secrets of vdb. Keep this file out of version control and back it up.\n${stringify(generateSecrets())}`;
  return (await createFile(file, text, 0o600)) ? 'written' : 'kept';
}
