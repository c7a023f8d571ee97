import type { Config } from '../../config/schema.js';
import { SLOTS } from '../../config/slots.js';
import { parseSize } from '../../config/units.js';
import { template } from '../../templates.js';

/** The share of the host's memory above which a limit would protect nothing. */
const LIMIT_SHARE = 0.9;

/** Each connection is a file, and a worker has some of its own. */
const OTHER_FILES = 4096;

/** What the host has: memory in bytes. What is planned is a limit only where it fits. */
export interface HostSize {
  memory: number;
  cpus: number;
}

/** The content of `api-gateway@.service`. */
export function renderGatewayUnit(config: Config, host: HostSize): string {
  if (config.gateway.artifact.from !== 'image')
    return template('systemd/api-gateway@.service', limits(config, host));
  return template('systemd/api-gateway-image@.service', {
    ...limits(config, host),
    cpus: cpusOf(config, host),
  });
}

function limits(config: Config, { memory }: HostSize) {
  const { gateway, paths } = config;
  const planned = parseSize(gateway.memory) ?? 0;
  return {
    root: paths.root,
    qdrant: SLOTS.map((slot) => `qdrant@${slot}.service`),
    stopSeconds: gateway.graceful_timeout_seconds + 15,
    nofile: Math.min(gateway.max_connections + OTHER_FILES, config.os.limits.nofile),
    memoryMax: planned <= memory * LIMIT_SHARE ? Math.floor(planned / gateway.replicas) : null,
  };
}

/** The share of a container in the CPUs that are planned: what is in it need not keep to a number of workers. */
function cpusOf({ gateway: { cpu, replicas } }: Config, host: HostSize): number | null {
  return cpu < host.cpus ? Math.max(0.01, Math.floor((100 * cpu) / replicas) / 100) : null;
}
