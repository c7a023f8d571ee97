/**
 * `npm run bench`: what vdb costs beside the least that the same work could cost, measured in one run.
 * - start-up against bare node
 * - a second provision against one fresh ssh that runs the same probe script, at 0 and at 50 ms round trip
 * - `vdb provision --plan` of a host where nothing is to do
 * - `vdb check readiness` against one ssh that runs the commands of all its checks in sequence
 * - `vdb backup pull` of 2 GB against `ssh host cat file > file`, and its memory for 100 MB and for 2 GB
 * - the load generator of `vdb bench` against wrk, with an equal POST
 * - with `--first`: a first provision against one apt-get over ssh for the same packages, on two fresh hosts
 * With `--pull`: the pull alone; with `--generator`: the load generator alone; with `--gateway`: what the gateway costs a search, alone. Ends with exit code 1 when a bar is missed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { type Document, parseDocument } from 'yaml';
import { green } from '../../src/checks/catalogue/collections/green.js';
import { sshCommandsOf } from './commands.js';
import { delayProxy } from './delay-proxy.js';
import { firstProvision } from './first.js';
import { gatewayCost } from './gateway.js';
import { generatorBesideWrk } from './generator.js';
import { coreHost, hostOf, type LabHost, sshArgv } from './lab.js';
import { type Contender, type Row, race, timed } from './measure.js';
import { pullThroughput } from './pull.js';
import { rowOf } from './row.js';
import { currentProbeScript, readinessInSequence } from './script.js';

const NODE = process.execPath;
const VDB = join(import.meta.dirname, '../bin/vdb');

/** Of `collections.green`, as long as it is not configured away. */
const PAUSE = green.threshold?.default;

async function startUp(): Promise<void> {
  const [bare, version, help] = await race(
    [
      { name: 'node', argv: [NODE, '-e', '0'] },
      { name: 'vdb --version', argv: [NODE, VDB, '--version'] },
      { name: 'vdb --help', argv: [NODE, VDB, '--help'] },
    ],
    15,
  );
  row('bare node', bare);
  row('vdb --version', version, bare, 1.5);
  row('vdb --help', help, bare, 1.5);
}

async function secondProvision(host: LabHost, roundTripMs: number): Promise<void> {
  const proxy = await delayProxy(host.port, roundTripMs);
  const config = await configWithPort(host, proxy.port);
  const script = await currentProbeScript(config);
  const [byHand, ours] = await race(
    [
      { name: 'ssh', argv: sshArgv(host, proxy.port, 'bash -s'), input: script },
      { name: 'vdb', argv: [NODE, VDB, '--config', config, 'provision'] },
    ] satisfies Contender[],
    roundTripMs === 0 ? 15 : 7,
  );
  proxy.close();
  row(`one ssh with the probe script, ${roundTripMs} ms round trip`, byHand);
  row(`second vdb provision, ${roundTripMs} ms round trip`, ours, byHand, 2);
}

/**
 * Both sides ask the same questions, and look at the collections once: the pause between two looks, of which both
 * would wait for the whole, would hide everything else. By hand each kind of question is asked once for all checks,
 * as vdb does it, and what is seen from outside is left out; vdb alone does that too.
 */
async function readiness(host: LabHost): Promise<void> {
  const config = await editedConfig(host, (document) => {
    document.setIn(['checks', 'thresholds', 'collections.green'], 0);
  });
  const { script, checks, probes } = await readinessInSequence(config);
  const [byHand, ours] = await race(
    [
      { name: 'ssh', argv: sshArgv(host, host.port, 'bash -s'), input: script },
      { name: 'vdb check', argv: [NODE, VDB, '--config', config, 'check', 'readiness'] },
    ] satisfies Contender[],
    7,
  );
  const argv = ['--config', config, 'check', 'readiness', '--json'];
  const commands = sshCommandsOf((await execa(NODE, [VDB, ...argv])).stdout);
  row(`one ssh, the commands of ${checks} checks in sequence`, byHand);
  row(`vdb check readiness, ${probes} questions, ${commands} SSH commands`, ours, byHand, 1);
  console.log(`  (both without the pause of ${PAUSE} s between two looks at the collections)`);
}

/** The lab's configuration with another port; known_hosts gets the same key under the new port. */
async function configWithPort(host: LabHost, port: number): Promise<string> {
  const knownHosts = join(host.directory, 'known_hosts');
  const known = await readFile(knownHosts, 'utf8');
  const entry = known.split('\n').find((line) => line.startsWith(`[127.0.0.1]:${host.port} `)) ?? '';
  await writeFile(knownHosts, `${known}${entry.replace(`:${host.port} `, `:${port} `)}\n`);
  return editedConfig(host, (document) => document.setIn(['hosts', 0, 'port'], port));
}

async function editedConfig(host: LabHost, edit: (document: Document) => void): Promise<string> {
  const document = parseDocument(await readFile(join(host.directory, 'vdb.yaml'), 'utf8'));
  edit(document);
  const file = join(host.directory, 'bench.yaml');
  await writeFile(file, document.toString());
  return file;
}

async function plan(host: LabHost): Promise<void> {
  const [ms] = await race(
    [{ name: 'plan', argv: [NODE, VDB, '--config', hostOf(host), 'provision', '--plan'] }],
    15,
  );
  row('vdb provision --plan, nothing to do', ms);
}

const row: Row = (name, value, base, bar, unit) => {
  if (value === undefined) return;
  const { text, over } = rowOf(name, value, base, bar, unit);
  if (over) process.exitCode = 1;
  console.log(text);
};

/** Everything but the gateway. */
async function wholeBench(): Promise<void> {
  const onlyPull = process.argv.includes('--pull');
  if (!onlyPull) {
    await startUp();
    await generatorBesideWrk(row);
  }
  const host = await coreHost('bench');
  await timed({
    name: 'converge',
    argv: [NODE, VDB, '--config', hostOf(host), 'provision', ...(onlyPull ? ['--only', '0.3'] : [])],
  });
  if (!onlyPull) {
    await plan(host);
    await readiness(host);
    await secondProvision(host, 0);
    await secondProvision(host, 50);
  }
  await pullThroughput(host, row);
  if (process.argv.includes('--first')) await firstProvision(row);
}

if (process.argv.includes('--gateway')) await gatewayCost(row);
else if (process.argv.includes('--generator')) await generatorBesideWrk(row);
else await wholeBench();
