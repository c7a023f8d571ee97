import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { labDown } from '../../src/lab/down.js';
import { hostOf, type LabHost, labHost, sshArgv } from './lab.js';
import type { Row } from './measure.js';

const VDB = join(import.meta.dirname, '../bin/vdb');
const PROGRAM = join(import.meta.dirname, '../scripts/bench/gateway-load.py');

/** One way to search, as `gateway-load.py` saw it. Milliseconds from the time at which each search was due. */
interface Seen {
  /** Answers a second with eight searches always under way. */
  knee: number;
  samples: number;
  errors: number;
  p50: number;
  p95: number;
  p99: number;
}

interface Answer {
  /** Searches a second that both were offered: half of what the slower one can do. */
  rate: number;
  points: number;
  qdrant: Seen;
  gateway: Seen;
}

/**
 * What the gateway costs: searches of Qdrant alone and through the gateway, offered at the same fixed rate by a
 * program on the host. Rows are reported, without a bar: load, gateway and Qdrant share the cores of the host.
 */
export async function gatewayCost(row: Row): Promise<void> {
  const host = await labHost('bench-gateway');
  await execa(process.execPath, [VDB, '--config', hostOf(host), 'provision']);
  report(await measured(host), row);
  await labDown({ cwd: process.cwd(), which: { name: host.name } });
}

async function measured(host: LabHost): Promise<Answer> {
  const [file, ...args] = sshArgv(host, host.port, '/opt/qdrant/venv/bin/python -');
  const { stdout } = await execa(file, args, { input: await readFile(PROGRAM, 'utf8') });
  return JSON.parse(stdout) as Answer;
}

function report({ rate, points, qdrant, gateway }: Answer, row: Row): void {
  const failed = qdrant.errors + gateway.errors;
  console.log(
    `  (${points} points, ${rate} searches/s offered, ${gateway.samples} samples each, ${failed} failed)`,
  );
  row('searches a second, Qdrant alone', qdrant.knee, undefined, undefined, '/s');
  row('searches a second, through the gateway', gateway.knee, qdrant.knee, undefined, '/s');
  for (const each of ['p50', 'p95', 'p99'] as const) {
    row(`search, ${each}, Qdrant alone`, qdrant[each]);
    row(`search, ${each}, through the gateway`, gateway[each], qdrant[each]);
  }
}
