import { randomUUID } from 'node:crypto';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import type { CheckContext } from '../../../src/checks/check.js';
import { type CheckResult, resultOf } from '../../../src/checks/result.js';
import { configSchema, type HostConfig } from '../../../src/config/schema.js';
import type { Facts } from '../../../src/host/facts.js';
import { known, type Observation } from '../../../src/host/probe.js';

/** A context with one collection, the defaults, and `sections` of the configuration on top. */
export function contextOf(sections: Record<string, unknown> = {}): CheckContext {
  const config = configSchema.parse({
    version: 1,
    hosts: [{ name: 'one', address: '127.0.0.1' }],
    qdrant: { api_key: randomUUID(), read_only_api_key: randomUUID() },
    postgres: { password: randomUUID() },
    redis: { password: randomUUID() },
    gateway: { api_key: randomUUID() },
    collections: { docs: { size: 384, distance: 'Cosine' } },
    ...sections,
  });
  return {
    config,
    slot: 'blue',
    keyFile: '/opt/qdrant/config/.admin-header',
    hostConfig: config.hosts[0] as HostConfig,
    isRoot: true,
    facts: known(FACTS),
    journal: known(''),
    healthChecks: known<string>(null),
    skew: known({ least: -20, most: 30 }),
    now: new Date('2026-11-24T12:00:00Z'),
  };
}

/** The facts of a virtual machine with 64 GiB. */
export const FACTS: Facts = {
  hostname: 'one',
  os: { id: 'debian', version: '13', codename: 'trixie', name: 'Debian GNU/Linux 13 (trixie)' },
  arch: 'x86_64',
  kernel: '6.12.0',
  cpus: 32,
  memory: 64 * 1024 ** 3,
  virtualisation: 'kvm',
  container: false,
  clock: 1_795_521_600,
  uptime: 90_061,
  sshPorts: [22],
};

/** A configuration whose Qdrant is the emulator. */
export const EMULATED = {
  qdrant: {
    api_key: randomUUID(),
    read_only_api_key: randomUUID(),
    artifact: { from: 'emulator' },
  },
};

/** What the check `id` says of these observations. */
export function judged(
  id: string,
  observations: readonly Observation<unknown>[],
  context = contextOf(),
): CheckResult {
  const check = CATALOGUE.find((each) => each.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return resultOf(check, observations, context);
}

/** An answer over HTTP as it was seen on the host. */
export function answered(status: number | 'timeout', body: unknown = ''): Observation<unknown> {
  return known({ status, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

export const ABSENT: Observation<unknown> = known(null);
