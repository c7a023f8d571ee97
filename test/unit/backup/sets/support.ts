import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type BackupManifest, type BackupPart, readManifest } from '../../../../src/backup/manifest.js';
import { setIdOf } from '../../../../src/backup/set.js';
import type { FoundSet } from '../../../../src/backup/sets/look.js';
import { type JudgedSet, judgeSets } from '../../../../src/backup/sets/state.js';
import { Gate } from '../../../../src/host/gate.js';
import { BUSY_FILE, Host } from '../../../../src/host/host.js';
import type { ExecOptions, ExecResult, Transport } from '../../../../src/host/transport.js';

export const sha256 = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');

const HOUR_MS = 3_600_000;

/** A set in memory that was begun at an instant, whole unless `more` says otherwise. */
export function foundSet(
  at: string | Date,
  parts: readonly Partial<BackupPart>[] = [],
  more: Partial<FoundSet> = {},
): FoundSet {
  const created = new Date(at);
  const all = [{ path: 'qdrant.json', kind: 'definitions', bytes: 10 }, ...parts];
  const full = all.map((part) => ({ bytes: 100, sha256: 'a'.repeat(64), ...part })) as BackupPart[];
  const manifest = manifestAt(created, full);
  const files = new Map([['manifest.json', 500], ...full.map(({ path, bytes }) => [path, bytes] as const)]);
  return { id: manifest.id, manifest, why: '', files, pin: null, verification: null, drill: null, ...more };
}

function manifestAt(created: Date, parts: BackupPart[]): BackupManifest {
  const id = setIdOf(created);
  const finished = new Date(created.getTime() + 60_000).toISOString();
  const manifest = { schema: 'vdb.backup/1', id, created: created.toISOString(), finished, parts };
  return readManifest(JSON.stringify(manifest), id);
}

/** Such sets with their states at an instant. */
export function judged(now: string, ...sets: FoundSet[]): JudgedSet[] {
  return judgeSets(sets, new Date(now));
}

/** A collection's snapshot as a part. */
export function snapshot(
  collection: string,
  priority: BackupPart['priority'] = 'medium',
): Partial<BackupPart> {
  return { path: `collections/${collection}.snapshot`, kind: 'collection', collection, priority };
}

/** Hours before an instant. */
export function hoursBefore(now: string, hours: number): Date {
  return new Date(Date.parse(now) - hours * HOUR_MS);
}

/** Writes a set below `directory`: its files, then its manifest. Gives its directory. */
export async function writeSet(
  directory: string,
  created: Date,
  files: Record<string, { content: string | Uint8Array } & Partial<BackupPart>>,
  more: Partial<BackupManifest> = {},
): Promise<string> {
  const set = join(directory, setIdOf(created));
  const parts: BackupPart[] = [];
  for (const [path, { content, ...part }] of Object.entries(files)) {
    await mkdir(dirname(join(set, path)), { recursive: true });
    await writeFile(join(set, path), content);
    const bytes = Buffer.byteLength(content);
    parts.push({ kind: 'other', path, bytes, sha256: sha256(content), ...part });
  }
  await writeFile(join(set, 'manifest.json'), JSON.stringify({ ...manifestAt(created, parts), ...more }));
  return set;
}

/** This machine as a host whose gate is open; `busy` stands for the file that running commands share. */
export function openHost(busy: string): Host {
  const gate = new Gate();
  gate.open();
  const refused = (): Promise<never> => Promise.reject(new Error('not in this test'));
  const transport: Transport = {
    target: 'local',
    exec: (command, options) => bash(command.replaceAll(BUSY_FILE, busy), options),
    open: refused,
    forward: refused,
    close: async () => undefined,
  };
  return new Host(transport, gate);
}

function bash(command: string, { stdin = '', onLine }: ExecOptions = {}): Promise<ExecResult> {
  return new Promise((resolve) => {
    const child = execFile('bash', ['-c', command], { maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      for (const line of stdout.split('\n')) onLine?.(line, 'stdout');
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr, durationMs: 0 });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
  });
}
