import { readFileSync } from 'node:fs';

/** The version in package.json, read when it is asked for: `src/` and `dist/` both lie beside it. */
export function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
