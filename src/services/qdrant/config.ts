import { stringify } from 'yaml';
import type { Config, SlotName } from '../../config/schema.js';
import { slotStorage } from '../../config/slots.js';

/**
 * The configuration file of a slot: its own ports and directories, keys, and nothing that is open by
 * default. It holds the keys, so only root and Qdrant may read it.
 */
export function renderQdrantConfig(config: Config, slot: SlotName): string {
  const { qdrant } = config;
  const base = slotStorage(config, slot);
  const document = {
    log_level: qdrant.log_level,
    telemetry_disabled: !qdrant.telemetry,
    storage: {
      storage_path: `${base}/storage`,
      snapshots_path: `${base}/snapshots`,
      temp_path: `${base}/tmp`,
      on_disk_payload: qdrant.on_disk_payload,
      wal: { wal_capacity_mb: qdrant.wal_capacity_mb },
      ...optimizers(qdrant.optimizer_threads),
    },
    service: service(config, slot),
    cluster: { enabled: qdrant.cluster.enabled, p2p: { port: qdrant.slots[slot].p2p } },
  };
  const comment = `# Qdrant, slot ${slot}. Written by vdb: changes here are overwritten.\n`;
  return (
    comment +
    stringify(document, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 })
  );
}

function service({ qdrant }: Config, slot: SlotName): Record<string, unknown> {
  const { http, grpc } = qdrant.slots[slot];
  return {
    host: qdrant.bind,
    http_port: http,
    grpc_port: grpc,
    api_key: qdrant.api_key,
    read_only_api_key: qdrant.read_only_api_key,
    enforce_internal_auth: true,
    enable_cors: false,
    enable_static_content: false,
    enable_snapshot_url_recovery: false,
    http_keep_alive_timeout_sec: qdrant.keep_alive_seconds,
    max_request_size_mb: qdrant.max_request_size_mb,
  };
}

/** For Qdrant 0 threads would mean no optimization at all, so 0 leaves the choice to it. */
function optimizers(threads: number): Record<string, unknown> {
  return threads === 0 ? {} : { optimizers: { max_optimization_threads: threads } };
}

/**
 * The environment of a slot. Qdrant needs the address of the first peer of a cluster at its first start; at
 * later starts it compares it with the one it keeps.
 */
export function renderQdrantEnvironment({ qdrant }: Config, slot: SlotName): string {
  const comment = '# Written by vdb: changes here are overwritten.\n';
  if (!qdrant.cluster.enabled) return comment;
  return `${comment}QDRANT_URI=${peerAddress({ qdrant }, slot)}\n`;
}

/** Where the other peers of its cluster find a slot. */
export function peerAddress({ qdrant }: Pick<Config, 'qdrant'>, slot: SlotName): string {
  return `http://${peerHost(qdrant.bind)}:${qdrant.slots[slot].p2p}`;
}

/** Where the other slot reaches this one's cluster port. */
function peerHost(bind: string): string {
  if (bind === '0.0.0.0' || bind === '::') return '127.0.0.1';
  return bind.includes(':') ? `[${bind}]` : bind;
}
