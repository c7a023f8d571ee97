import { expect } from 'vitest';
import { type BackupManifest, readManifest } from '../../../src/backup/manifest.js';
import type { LabHost, Started } from '../../support/lab.js';

export const SETS = '/data/backups';
export const METRICS = '/var/lib/prometheus/node-exporter/vdb_backup.prom';
const SNAPSHOTS = '/data/qdrant/blue/snapshots';

/** Asks Qdrant on the host as its administrator. */
export async function qdrant(host: LabHost, method: string, path: string, body?: unknown): Promise<unknown> {
  const data = body === undefined ? '' : `-H 'content-type: application/json' --data-binary @-`;
  const answer = await host.inside(
    `curl -q -sS -g --noproxy '*' -H @/opt/qdrant/config/.admin-header -X ${method} ${data} 'http://127.0.0.1:6333${path}'`,
    body === undefined ? '' : JSON.stringify(body),
  );
  return (JSON.parse(answer) as { result: unknown }).result;
}

/** A collection with points that have a payload and an index. */
export async function makeCollection(host: LabHost, name: string, points = 20): Promise<void> {
  await qdrant(host, 'PUT', `/collections/${name}`, { vectors: { size: 4, distance: 'Dot' } });
  await qdrant(host, 'PUT', `/collections/${name}/index?wait=true`, {
    field_name: 'kind',
    field_schema: 'keyword',
  });
  await upsert(host, name, 1, points);
}

/** Writes points with these ids. */
export async function upsert(host: LabHost, name: string, from: number, until: number): Promise<void> {
  const points = Array.from({ length: until - from + 1 }, (_, index) => {
    const id = from + index;
    return { id, vector: [id / 100, 0.5, 0.25, 0.1], payload: { kind: id % 2 === 0 ? 'even' : 'odd', id } };
  });
  await qdrant(host, 'PUT', `/collections/${name}/points?wait=true`, { points });
}

export async function dropCollection(host: LabHost, name: string): Promise<void> {
  await qdrant(host, 'DELETE', `/collections/${name}?timeout=30`);
}

/** psql as the superuser, in the database of the configuration. */
export function psql(host: LabHost, sql: string): Promise<string> {
  return host.inside(
    'cd / && runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d vector_metadata -f -',
    sql,
  );
}

/** Everything below the directory of backups, and everything in Qdrant's directory of snapshots that is no directory. */
export async function listed(host: LabHost): Promise<{ sets: string[]; debris: string[] }> {
  const lines = (text: string): string[] => text.split('\n').filter(Boolean).sort();
  return {
    sets: lines(
      await host.inside(`[ ! -d ${SETS} ] || find ${SETS} -mindepth 1 -maxdepth 1 -printf '%f\\n'`),
    ),
    debris: lines(await host.inside(`find ${SNAPSHOTS} /data/qdrant/blue/tmp ! -type d`)),
  };
}

export async function manifestOf(host: LabHost, id: string, sets = SETS): Promise<BackupManifest> {
  return readManifest(await host.inside(`cat ${sets}/${id}/manifest.json`), id);
}

/** The value of a metric without labels; undefined where there is none. */
export async function metric(host: LabHost, name: string): Promise<number | undefined> {
  const text = await host.inside(`cat ${METRICS} 2>/dev/null || true`);
  const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}

const HOOKED = '/run/vdb-hook';

/**
 * Runs `script` on the host, once, just before a program of it is called with arguments that match the pattern of the
 * shell. The scripts of vdb find the wrapper first.
 */
export async function before(host: LabHost, program: string, pattern: string, script: string): Promise<void> {
  await host.inside(
    `mkdir -p ${HOOKED}; rm -f ${HOOKED}/*; cat >/usr/local/sbin/${program}; chmod 755 /usr/local/sbin/${program}`,
    `#!/bin/bash
case "$*" in ${pattern})
  if mkdir ${HOOKED}/reached 2>/dev/null; then
    ( PATH=/usr/sbin:/usr/bin:/sbin:/bin
    ${script}
    ) >${HOOKED}/said 2>&1
  fi ;;
esac
exec /usr/bin/${program} "$@"
`,
  );
}

/** Takes every wrapper away. */
export async function unhook(host: LabHost): Promise<void> {
  await host.inside(`rm -rf /usr/local/sbin/{curl,setpriv,grep} ${HOOKED}`);
}

/** What a failed test has left must not fail the next one. */
export async function clean(host: LabHost): Promise<void> {
  await unhook(host);
  await idle(host);
  await host.inside(`rm -rf ${SETS}/* ${SNAPSHOTS}/*/*`);
}

/** The request for a snapshot of a collection, as {@link before} takes it. */
export function snapshotOf(collection: string): string {
  return `*"-X POST"*"/collections/${collection}/snapshots"*`;
}

/** What a hook does to hold whoever called until {@link go} is called. */
export const HOLD = `touch ${HOOKED}/held; while [ -e ${HOOKED}/held ] && [ ! -e ${HOOKED}/go ]; do sleep 0.05; done`;

/** Waits until a hook holds the run; fails when the run ends without. */
export async function held(host: LabHost, run: Started): Promise<void> {
  let ended = false;
  run.ended.then(() => (ended = true));
  for (let tries = 0; tries < 300 && !ended; tries++) {
    if ((await host.inside(`ls ${HOOKED}`)).includes('held')) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the hook was never reached: ${run.said()}`);
}

export async function go(host: LabHost): Promise<void> {
  await host.inside(`touch ${HOOKED}/go`);
}

/** Kills every process on the host that works for a run of vdb. */
export async function killWorkers(host: LabHost): Promise<void> {
  await host.inside(
    `for each in /proc/[0-9]*; do ! ls -l $each/fd 2>/dev/null | grep -q /run/vdb/busy || kill -KILL \${each#/proc/} 2>/dev/null || true; done`,
  );
}

/** Waits until nothing that an earlier run has started is at work. */
export async function idle(host: LabHost): Promise<void> {
  await host.inside('flock -w 60 -x /run/vdb/busy true');
}

/** That a run has left neither a set nor a part of one, nor anything in Qdrant. */
export async function expectNothingLeft(host: LabHost, known: readonly string[] = []): Promise<void> {
  expect(await listed(host)).toEqual({ sets: [...known].sort(), debris: [] });
}
