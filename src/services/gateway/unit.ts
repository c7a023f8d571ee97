import type { Config } from '../../config/schema.js';
import { SLOTS } from '../../config/slots.js';
import { parseSize } from '../../config/units.js';
import { template } from '../../templates.js';

/** The share of the host's memory above which a limit would protect nothing. */
const LIMIT_SHARE = 0.9;

/** Each connection is a file, and a worker has some of its own. */
const OTHER_FILES = 4096;

/** The content of `api-gateway@.service`. `memory` is the host's in bytes: what is planned is a limit where it fits. */
export function renderGatewayUnit(config: Config, memory = Number.POSITIVE_INFINITY): string {
  const { gateway, paths } = config;
  const planned = parseSize(gateway.memory) ?? 0;
  return template('systemd/api-gateway@.service', {
    root: paths.root,
    qdrant: SLOTS.map((slot) => `qdrant@${slot}.service`),
    stopSeconds: gateway.graceful_timeout_seconds + 15,
    nofile: Math.min(gateway.max_connections + OTHER_FILES, config.os.limits.nofile),
    memoryMax: planned <= memory * LIMIT_SHARE ? Math.floor(planned / gateway.replicas) : null,
  });
}
