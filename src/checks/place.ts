import { SERVER_CONFIG, SERVER_SECRETS } from '../backup/schedule/place.js';
import type { Config, SlotName } from '../config/schema.js';
import { gatewayInstances } from '../services/gateway/instances.js';
import { gatewayHeader } from '../services/gateway/place.js';
import { receiverSecrets } from '../services/monitoring/alertmanager.js';
import { QDRANT_KEY, REDIS_PASSWORD } from '../services/monitoring/place.js';
import { readOnlyHeader } from '../services/qdrant/place.js';
import { REDIS_CONF } from '../services/redis/config.js';

/** The systemd unit that runs the Qdrant of a slot. */
export function slotUnit(slot: SlotName): string {
  return `qdrant@${slot}.service`;
}

/** The units of the gateway that should run; none where it is off. */
export function gatewayUnits(config: Config): string[] {
  return config.gateway.enabled ? gatewayInstances(config).map(({ unit }) => unit) : [];
}

export const REDIS_UNIT = 'redis-server.service';

/** HAProxy, in front of the gateway and of Qdrant. */
export const EDGE_UNIT = 'haproxy.service';

/** The files on the host that hold secrets. */
export function secretFiles({ config, slot, keyFile }: SecretPlaces): string[] {
  const { root, citadel } = config.paths;
  return [
    `${root}/config/qdrant-${slot}.yaml`,
    keyFile,
    readOnlyHeader(config),
    ...(config.postgres.enabled ? [`${citadel}/.env`] : []),
    ...(config.redis.enabled ? [REDIS_CONF] : []),
    ...(config.gateway.enabled ? gatewayFiles(config) : []),
    ...(config.monitoring.enabled ? monitoringFiles(config) : []),
  ];
}

function gatewayFiles(config: Config): string[] {
  const environments = gatewayInstances(config).map(({ environment }) => environment);
  return config.gateway.api_key === '' ? environments : [...environments, gatewayHeader(config)];
}

function monitoringFiles({ monitoring, redis }: Config): string[] {
  const { alertmanager } = monitoring;
  return [
    QDRANT_KEY,
    ...(redis.enabled ? [REDIS_PASSWORD] : []),
    ...(alertmanager.enabled ? receiverSecrets(alertmanager).map(({ path }) => path) : []),
  ];
}

/** Files with secrets that are there only on a server that takes its backups by itself. */
export const SCHEDULE_FILES: readonly string[] = [SERVER_CONFIG, SERVER_SECRETS];

interface SecretPlaces {
  config: Config;
  slot: SlotName;
  keyFile: string;
}
