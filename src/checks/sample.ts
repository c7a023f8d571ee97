import { configSchema, type HostConfig } from '../config/schema.js';
import { known } from '../host/probe.js';
import { adminHeader } from '../services/qdrant/place.js';
import { type Check, type CheckContext, type Severity, severityOf } from './check.js';

/** A severity, and where it is that; without words everywhere else. */
export interface SeverityCase {
  severity: Severity;
  where?: string;
}

/**
 * The severities of a check where nothing is known of a host: on a plain one, and what differs in a container and
 * with the emulator.
 */
export function severityCases(check: Pick<Check, 'severity'>): SeverityCase[] {
  if (typeof check.severity !== 'function') return [{ severity: check.severity }];
  const plain = severityOf(check, sample({}));
  const cases: SeverityCase[] = [
    { severity: severityOf(check, sample({ container: true })), where: 'in a container' },
    { severity: severityOf(check, sample({ emulator: true })), where: 'with the emulator' },
  ];
  return [{ severity: plain }, ...cases.filter(({ severity }) => severity !== plain)];
}

/** A host with the defaults of the configuration. */
function sample({ container = false, emulator = false }): CheckContext {
  const config = configSchema.parse({
    version: 1,
    hosts: [{ name: 'sample', address: '127.0.0.1' }],
    qdrant: {
      api_key: 'no-key-of-any-server-1',
      read_only_api_key: 'no-key-of-any-server-2',
      ...(emulator ? { artifact: { from: 'emulator' } } : {}),
    },
    postgres: { password: 'no-password-of-any-server' },
    redis: { password: 'no-password-of-any-server' },
    collections: {},
  });
  return {
    config,
    hostConfig: config.hosts[0] as HostConfig,
    isRoot: true,
    slot: config.qdrant.active_slot,
    keyFile: adminHeader(config),
    facts: known({
      hostname: 'sample',
      os: { id: 'debian', version: '13', codename: 'trixie', name: 'Debian GNU/Linux 13 (trixie)' },
      arch: 'x86_64',
      kernel: '6.12.0',
      cpus: 8,
      memory: 64 * 1024 ** 3,
      virtualisation: container ? 'podman' : 'kvm',
      container,
      clock: 0,
      uptime: 0,
      sshPorts: [22],
    }),
    journal: known(''),
    healthChecks: known<string>(null),
    skew: known({ least: 0, most: 0 }),
    now: new Date(0),
  };
}
