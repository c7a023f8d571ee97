import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { type Ended, events, type LabHost, labHost, start, VDB } from '../support/lab.js';
import { LAB_WORKERS } from '../support/workers.js';
import { sample } from './support/sampler.js';
import type { LabSite } from './support/site.js';
import { without } from './support/without.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHARED = 'shared';
const RESOURCES = 'resources';

/** `lab up` failed for want of something that this machine does not have, not because vdb is wrong. */
const NO_LAB = /^lab\.(no-engine|no-image|no-runtime|install-failed)$/;

/** What the tests of single resources find installed; they install the rest themselves. */
const RESOURCE_PACKAGES = 'redis-server postgresql-17 postgresql-17-pgvector nftables';

/**
 * Makes the hosts of the lab suite, for each worker: one that is provisioned in full and shared by its test files,
 * one for the tests of single resources. With VDB_E2E_DIR a directory with hosts of an earlier run is used, and kept.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build();
  const kept = process.env.VDB_E2E_DIR;
  const directory = kept ?? (await mkdtemp(join(tmpdir(), 'vdb-e2e-')));
  const workers = Array.from({ length: LAB_WORKERS }, (_, index) => String(index + 1));
  const tearDown = kept === undefined ? () => down(directory, workers) : () => Promise.resolve();
  try {
    const sites: LabSite[] = [];
    for (const worker of workers) sites.push(await siteFor(join(directory, worker)));
    project.provide('lab', sites);
    await Promise.all(sites.map(prepare));
  } catch (error) {
    await tearDown();
    throw error;
  }
  return tearDown;
}

async function siteFor(directory: string): Promise<LabSite> {
  await mkdir(directory, { recursive: true });
  return { directory, missing: await up(directory, SHARED) };
}

function say(text: string): void {
  console.log(`lab suite: ${text}`);
}

function run(cwd: string, ...args: string[]): Promise<Ended> {
  return start(VDB, args, { cwd }).ended;
}

async function build(): Promise<void> {
  if (process.env.VDB_BIN !== undefined || existsSync(join(ROOT, 'dist/cli.mjs'))) return;
  say('building');
  const { exitCode, stderr } = await start('npm', ['run', 'build'], { cwd: ROOT }).ended;
  if (exitCode !== 0) throw new Error(`the build failed:\n${stderr}`);
}

/** Brings a host up. Returns why there cannot be one; throws when vdb fails for another reason. */
async function up(directory: string, name: string): Promise<string | null> {
  const ended = await run(directory, '--json', 'lab', 'up', name);
  if (ended.exitCode === 0) return null;
  const { was, system, error } = events(ended.stdout).at(-1) as {
    was?: string;
    system?: string;
    error?: { code: string; message: string; meaning: string };
  };
  if (was === 'running' && system === 'degraded') {
    await forgetFailedUnits(await labHost(directory, name));
    return null;
  }
  if (error === undefined || !NO_LAB.test(error.code))
    throw new Error(`lab up ${name} failed:\n${ended.stdout}${ended.stderr}`);
  return `${error.message} (${error.meaning})`;
}

/** Units that tests of an earlier run made fail are no fault of the host. */
async function forgetFailedUnits(host: LabHost): Promise<void> {
  const units = await host.inside(
    'systemctl list-units --failed --plain --no-legend; systemctl reset-failed',
  );
  say(`${host.name} had failed units of earlier tests:\n${units}`);
}

async function prepare({ directory, missing }: LabSite): Promise<void> {
  if (missing !== null) return say(`SKIPPED, no lab host can be had here: ${missing}`);
  const [shared] = await Promise.all([labHost(directory, SHARED), up(directory, RESOURCES)]);
  await without(shared, 'gateway', 'monitoring');
  say(await qdrantOf(shared));
  await Promise.all([firstRun(directory, shared), resourceHost(directory)]);
}

async function qdrantOf(host: LabHost): Promise<string> {
  const { qdrant } = JSON.parse(await readFile(join(host.directory, 'lab.json'), 'utf8')) as {
    qdrant: { artifact: { from: string }; version?: string; why: string };
  };
  const what =
    qdrant.artifact.from === 'emulator' ? 'the EMULATOR, not Qdrant' : `Qdrant ${qdrant.version ?? ''}`;
  return `${what} (${qdrant.why})`;
}

/** The one full provisioning of the suite. What it said and what was seen meanwhile is kept for the tests. */
async function firstRun(directory: string, host: LabHost): Promise<void> {
  const record = join(directory, 'first');
  if (existsSync(record)) return again(host);
  const sampler = await sample(host);
  const { ended: run } = host.begin(`provision --verbose --report ${record}/report`);
  const ended = await run;
  const samples = await sampler.stop();
  if (ended.exitCode !== 0) throw new Error(`the first provisioning failed:\n${ended.stdout}${ended.stderr}`);
  await mkdir(record, { recursive: true });
  await writeFile(join(record, 'stdout'), ended.stdout);
  await writeFile(join(record, 'stderr'), ended.stderr);
  await writeFile(join(record, 'samples.json'), JSON.stringify(samples));
  say(`the first provisioning took ${(ended.durationMs / 1000).toFixed(0)} s`);
}

/** A kept host was left by an earlier vdb, which may have wanted something else. */
async function again(host: LabHost): Promise<void> {
  const { exitCode, stderr } = await host.vdb('provision');
  if (exitCode !== 0) throw new Error(`the kept host could not be provisioned:\n${stderr}`);
}

async function resourceHost(directory: string): Promise<void> {
  const host = await labHost(directory, RESOURCES);
  await host.inside(`export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -qy --no-install-recommends ${RESOURCE_PACKAGES}`);
  if (host.engine === 'podman') process.env[`VDB_TEST_CONTAINER_${basename(directory)}`] = host.container;
  else say('the tests of single resources know podman only, so they are skipped');
}

async function down(directory: string, workers: readonly string[]): Promise<void> {
  for (const worker of workers) {
    const place = join(directory, worker);
    if (existsSync(place)) await run(place, 'lab', 'down', '--all');
  }
  await rm(directory, { recursive: true, force: true });
}
