import { expect } from 'vitest';
import { layerRevisions } from '../../../src/services/citadel/layer.js';
import { type Ended, type LabHost, result } from '../../support/lab.js';

/** The migrations of this release, by name, the first one first. */
export const REVISIONS = layerRevisions().map(({ id }) => id);
export const HEAD = REVISIONS.at(-1) as string;
export const BEFORE_HEAD = REVISIONS.at(-2) as string;

/** Where no package index answers there is no environment; then there is nothing to try. */
export function canMigrate(host: LabHost): Promise<boolean> {
  return host.inside('test -x /opt/qdrant/venv/bin/alembic').then(
    () => true,
    () => false,
  );
}

/** SQL as the superuser, on the database of the layer. */
export function sql(host: LabHost, text: string): Promise<string> {
  return host.inside('cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d vector_metadata', text);
}

/** A request to the Qdrant of the host, as its administrator. */
export function qdrant(host: LabHost, method: string, path: string, body?: unknown): Promise<string> {
  const data = body === undefined ? '' : "-H 'content-type: application/json' --data-binary @-";
  return host.inside(
    `curl -fsS -X ${method} -H @/opt/qdrant/config/.admin-header ${data} 'http://127.0.0.1:6333${path}'`,
    body === undefined ? '' : JSON.stringify(body),
  );
}

/** What `vdb db … --json` ends with, and its exit code. */
export async function db(host: LabHost, args: string, exitCode = 0): Promise<Record<string, unknown>> {
  const ended: Ended = await host.vdb(`db ${args} --json`);
  expect(ended.exitCode, `db ${args}\n${ended.stdout}${ended.stderr}`).toBe(exitCode);
  return result(ended);
}

/** The last two lines of the journal: what was intended and what came of it. */
export async function lastRun(host: LabHost): Promise<Record<string, unknown>[]> {
  const lines = await host.inside('tail -n 2 /var/lib/vdb/journal.ndjson');
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
