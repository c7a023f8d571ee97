import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'tsdown';

let code: Promise<string> | undefined;

/** Writes the emulator into a directory as it runs on a host: one file. Returns its path. */
export async function bundleEmulator(directory: string): Promise<string> {
  code ??= built();
  const path = join(directory, 'emulator.mjs');
  writeFileSync(path, await code);
  return path;
}

async function built(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'vdb-emulator-'));
  try {
    await build({
      config: false,
      entry: { emulator: resolve(import.meta.dirname, '../../src/emulator/main.js') },
      outDir: directory,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      dts: false,
      clean: false,
      logLevel: 'error',
      deps: { alwaysBundle: ['yaml'] },
    });
    return readFileSync(join(directory, 'emulator.mjs'), 'utf8');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
