import type { EngineName } from './engine.js';

/** Everything that the container of a lab host is created with. */
export interface ContainerSpec {
  /** The container's own name. */
  container: string;
  /** The lab host's name; its host name and label. */
  name: string;
  /** Where its files are; a label, so that a host can be told from one of another directory. */
  directory: string;
  image: string;
  /** The loopback port that leads to its sshd. */
  port: number;
  /** The machine's CA bundle, mounted read-only. */
  caBundle?: string | undefined;
  /** The OCI runtime, where it is not the engine's own choice. */
  runtime?: string | undefined;
  /** Whether the network is slirp4netns, which needs nothing of the machine's firewall. */
  slirp: boolean;
  /** The most open files that a process of this machine can have; the container cannot have more. */
  maxOpenFiles: number;
}

/** Where Debian and Ubuntu read the CA bundle from; in the container it is always here. */
export const CONTAINER_CA_BUNDLE = '/etc/ssl/certs/ca-certificates.crt';

const SYSTEMD_OF_PODMAN = ['--systemd=always'];
const SYSTEMD_OF_DOCKER = [
  '--cgroupns=private',
  '--tmpfs=/run:exec,mode=755',
  '--tmpfs=/run/lock',
  '--tmpfs=/tmp:exec,mode=1777',
  '--env=container=docker',
  '--stop-signal=SIGRTMIN+3',
];

/** The arguments of `podman create` or `docker create`. */
export function createArguments(engine: EngineName, spec: ContainerSpec): string[] {
  return [
    ...(spec.runtime === undefined ? [] : runtimeArguments(engine, spec.runtime)),
    'create',
    ...(spec.runtime !== undefined && engine === 'docker' ? ['--runtime', spec.runtime] : []),
    `--name=${spec.container}`,
    `--hostname=${spec.name}`,
    `--label=vdb.lab=${spec.name}`,
    `--label=vdb.lab.directory=${spec.directory}`,
    '--privileged',
    ...(engine === 'podman' ? SYSTEMD_OF_PODMAN : SYSTEMD_OF_DOCKER),
    `--ulimit=nofile=${Math.min(1024, spec.maxOpenFiles)}:${spec.maxOpenFiles}`,
    '--ulimit=nproc=4096:8192',
    ...(spec.slirp ? ['--network=slirp4netns'] : []),
    `--publish=127.0.0.1:${spec.port}:22`,
    ...(spec.caBundle === undefined ? [] : [`--volume=${spec.caBundle}:${CONTAINER_CA_BUNDLE}:ro`]),
    spec.image,
    '/sbin/init',
  ];
}

function runtimeArguments(engine: EngineName, runtime: string): string[] {
  return engine === 'podman' ? ['--runtime', runtime] : [];
}
