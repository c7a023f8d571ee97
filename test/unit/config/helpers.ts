import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type LoadedConfig, loadConfig } from '../../../src/config/load.js';
import { ConfigError } from '../../../src/config/problem.js';

export const API_KEY = 'Zk3vTq8sXw1mBn6cLd9f';
export const READ_KEY = 'pR7yHu2jKo5iGe4aSt0q';

/** The smallest configuration that is valid, as data. */
export function minimal(): Record<string, unknown> {
  return {
    version: 1,
    hosts: [{ name: 'db', address: '127.0.0.1' }],
    qdrant: { api_key: API_KEY, read_only_api_key: READ_KEY },
    postgres: { password: 'v8Lr2Wn5Yc1Xq' },
    redis: { password: 'e4Tg9Ub3Mz7Ks' },
    gateway: { api_key: API_KEY },
  };
}

/** Runs `use` with a temporary directory that is gone afterwards. */
export async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-config-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Files {
  /** Further files, by name; mode 0600 unless given. */
  files?: Record<string, { text: string; mode?: number }>;
  env?: NodeJS.ProcessEnv;
  overrides?: Record<string, unknown>;
}

/** Loads a configuration given as text or data. */
export async function load(
  content: string | object,
  { files = {}, env = {}, overrides }: Files = {},
): Promise<LoadedConfig> {
  return inDirectory(async (cwd) => {
    await writeFile(join(cwd, 'vdb.yaml'), typeof content === 'string' ? content : stringify(content));
    for (const [name, { text, mode = 0o600 }] of Object.entries(files))
      await writeFile(join(cwd, name), text, { mode });
    return loadConfig({ cwd, env: { PATH: process.env.PATH, ...env }, ...(overrides ? { overrides } : {}) });
  });
}

/** The error that loading ends with. */
export async function refusal(content: string | object, files: Files = {}): Promise<ConfigError> {
  const error = await load(content, files).catch((thrown: unknown) => thrown);
  if (error instanceof ConfigError) return error;
  throw error instanceof Error ? error : new Error('The configuration was accepted.');
}
