import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import type { Change, Resource } from '../../src/engine/resource.js';
import { Gate } from '../../src/host/gate.js';
import { Host } from '../../src/host/host.js';
import { type Observation, observe } from '../../src/host/probe.js';
import type { ExecOptions, ExecResult, Transport } from '../../src/host/transport.js';
import { WORKER } from './workers.js';

/** A disposable container with systemd in which resources are really applied. */
export const CONTAINER = process.env[`VDB_TEST_CONTAINER_${WORKER}`] ?? process.env.VDB_TEST_CONTAINER;

/** Why the tests on a real host are skipped, for the test's name; undefined when there is one. */
export const NO_CONTAINER = CONTAINER === undefined ? 'VDB_TEST_CONTAINER names no container' : undefined;

/** Root on the container, with the gate open: there is no lock because nobody else uses it. */
export async function rootHost(container = CONTAINER ?? ''): Promise<Host> {
  const gate = new Gate();
  gate.open();
  const transport = podmanTransport(container);
  await transport.exec('mkdir -p /run/vdb && : >> /run/vdb/busy');
  return new Host(transport, gate);
}

function podmanTransport(container: string): Transport {
  const unsupported = (): Promise<never> => Promise.reject(new Error('not supported by the test transport'));
  return {
    target: `root@${container}`,
    exec: (command, options = {}) => podmanExec(container, command, options),
    open: unsupported,
    forward: unsupported,
    close: () => Promise.resolve(),
  };
}

function podmanExec(container: string, command: string, options: ExecOptions): Promise<ExecResult> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn('podman', ['exec', '-i', '-e', 'LC_ALL=C.UTF-8', container, 'sh', '-c', command]);
    const output = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === null) return reject(new Error(`killed: ${command.slice(0, 80)}`));
      resolve({ exitCode: code, ...output, durationMs: performance.now() - started });
    });
    child.stdin.on('error', () => undefined);
    const { stdin } = options;
    if (stdin instanceof Readable) stdin.pipe(child.stdin);
    else child.stdin.end(stdin);
  });
}

/** What the resource finds on the host. */
export async function look(host: Host, resource: Resource): Promise<Observation<unknown>> {
  const [observation] = await observe(host, [resource.probe]);
  if (observation === undefined) throw new Error(`${resource.id}: no observation`);
  return observation;
}

/** The change that the resource wants; fails unless the look succeeded. */
export async function changeOf(host: Host, resource: Resource): Promise<Change | null> {
  const observation = await look(host, resource);
  if (observation.status !== 'known')
    throw new Error(`${resource.id}: ${observation.status}: ${observation.why}`);
  return resource.diff(observation.value);
}

/** Looks, applies what differs and returns what was wanted before and after. */
export async function converge(
  host: Host,
  resource: Resource,
): Promise<{ before: Change | null; after: Change | null }> {
  const observation = await look(host, resource);
  if (observation.status !== 'known')
    throw new Error(`${resource.id}: ${observation.status}: ${observation.why}`);
  const before = resource.diff(observation.value);
  if (before !== null) {
    for (const command of resource.apply(before, observation.value)) await host.run(command);
  }
  return { before, after: await changeOf(host, resource) };
}
