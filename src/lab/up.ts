import { existsSync } from 'node:fs';
import { installKeys, type LabKeys, newLabKeys } from './access.js';
import { writeConfiguration } from './configuration.js';
import { type LabContainer, launch, listContainers, removeContainer } from './container.js';
import { CONTAINER_CA_BUNDLE, type ContainerSpec } from './container-spec.js';
import type { Engine } from './engine.js';
import { ensureEngine } from './engine-detect.js';
import { ensureImage, type LabImage } from './image.js';
import { freePort, maxOpenFiles, runtimeCandidates, usesSlirp } from './machine.js';
import { containerName, type LabPaths, labPaths } from './names.js';
import { chooseQdrant, type QdrantChoice } from './qdrant.js';
import { hostNetwork, systemState, waitForSsh } from './ready.js';
import { type LabRecord, readRecord, writeRecord } from './record.js';

export interface LabUpOptions {
  name: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  onProgress: (message: string) => void;
  /** A base image in place of Debian's. */
  image?: string | undefined;
  /** The account that the configuration logs in with. Default `root`; `ops` has sudo without a password. */
  user?: 'root' | 'ops' | undefined;
  /** A Qdrant binary for the host. */
  qdrant?: string | undefined;
}

export interface LabUpResult extends LabRecord {
  /** What `lab up` found: nothing, a stopped host, or one that runs. */
  was: 'absent' | 'stopped' | 'running';
  paths: LabPaths;
  /** systemd's own word for the state of the host. */
  system: string;
  seconds: number;
}

const ADDRESS = '127.0.0.1';

/**
 * A lab host that runs and answers on SSH: made, started, or left alone when it already does. Its files are
 * in `.vdb/lab/NAME/` of `cwd`. Throws `lab.no-engine`, `lab.no-image`, `lab.engine-failed`, `lab.no-ssh`.
 */
export async function labUp(options: LabUpOptions): Promise<LabUpResult> {
  const started = performance.now();
  const paths = labPaths(options.cwd, options.name);
  const engine = await ensureEngine(options.onProgress);
  const existing = await ownContainer(engine, paths);
  const record = existing === undefined ? undefined : await recordOf(existing, paths);
  if (existing !== undefined && record === undefined) await removeContainer(engine, existing.id);
  const up =
    existing !== undefined && record !== undefined
      ? await resume(engine, existing, record)
      : await create(engine, paths, options);
  await waitForSsh(up.record.port);
  const system = await systemState(engine, up.record.container);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return { ...up.record, was: up.was, paths, system, seconds };
}

async function ownContainer(engine: Engine, paths: LabPaths): Promise<LabContainer | undefined> {
  const containers = await listContainers(engine);
  return containers.find((each) => each.directory === paths.directory);
}

/** The record that belongs to a container; without it nobody has the key of the host any more. */
async function recordOf(container: LabContainer, paths: LabPaths): Promise<LabRecord | undefined> {
  const record = await readRecord(paths);
  const complete = [paths.config, paths.identity, paths.knownHosts, paths.secrets].every((path) =>
    existsSync(path),
  );
  return complete && record?.container === container.id ? record : undefined;
}

async function resume(engine: Engine, container: LabContainer, record: LabRecord) {
  if (container.running) return { record, was: 'running' as const };
  await engine.call(['start', container.id]);
  return { record, was: 'stopped' as const };
}

async function create(engine: Engine, paths: LabPaths, options: LabUpOptions) {
  const { name, cwd, env, onProgress } = options;
  const qdrant = await chooseQdrant({ path: options.qdrant, cwd, env });
  const runtimes = await runtimeCandidates(engine.name);
  const image = await ensureImage({ engine, base: options.image, runtime: runtimes[0], onProgress });
  const keys = newLabKeys(name);
  const spec = await specOf(engine, paths, options, image);
  onProgress('starting the lab host');
  const { id, runtime } = await launch(engine, spec, runtimes, (each) => installKeys(engine, each, keys));
  await waitForSsh(spec.port);
  const record = recordFor({ engine, id, runtime, spec, options, image, qdrant });
  await writeFiles(engine, paths, spec, record, keys);
  return { record, was: 'absent' as const };
}

async function specOf(
  engine: Engine,
  paths: LabPaths,
  { name, cwd, env }: LabUpOptions,
  image: LabImage,
): Promise<ContainerSpec> {
  return {
    container: containerName(cwd, name),
    name,
    directory: paths.directory,
    image: image.tag,
    port: await freePort(),
    caBundle: caBundleOf(env),
    slirp: await usesSlirp(engine.name),
    maxOpenFiles: await maxOpenFiles(),
  };
}

/** The CA bundle of the operator's machine, which a proxy that inspects TLS has its certificate in. */
function caBundleOf(env: NodeJS.ProcessEnv): string | undefined {
  const candidates = [env.SSL_CERT_FILE, CONTAINER_CA_BUNDLE, '/etc/pki/tls/certs/ca-bundle.crt'];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

function recordFor(made: {
  engine: Engine;
  id: string;
  runtime: string | undefined;
  spec: ContainerSpec;
  options: LabUpOptions;
  image: LabImage;
  qdrant: QdrantChoice;
}): LabRecord {
  return {
    name: made.spec.name,
    engine: made.engine.name,
    container: made.id,
    runtime: made.runtime ?? null,
    address: ADDRESS,
    port: made.spec.port,
    user: made.options.user ?? 'root',
    image: made.image,
    qdrant: made.qdrant,
    created: new Date().toISOString(),
  };
}

async function writeFiles(
  engine: Engine,
  paths: LabPaths,
  spec: ContainerSpec,
  record: LabRecord,
  keys: LabKeys,
): Promise<void> {
  await writeConfiguration(paths, {
    name: record.name,
    address: record.address,
    port: record.port,
    user: record.user,
    keys,
    qdrant: record.qdrant,
    network: await hostNetwork(engine, record.container),
    caBundle: spec.caBundle !== undefined,
    maxOpenFiles: spec.maxOpenFiles,
  });
  await writeRecord(paths, record);
}
