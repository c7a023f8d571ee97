/** Series as `promtool test rules` writes them, and when the alerts are looked at. */
export interface Case {
  /** Values by series: `up{job="qdrant"}` to `1x60`. */
  series: Record<string, string>;
  /** Default 30m. */
  at: string;
  /** Between two values, and between two looks of Prometheus at its rules. Default 1m. */
  every: string;
}

/** What an alert must fire on, and what looks most like it and must not. */
export interface AlertCases {
  fires: Case;
  silent: Case;
}

const case_ = (series: Record<string, string>, at = '30m', every = '1m'): Case => ({ series, at, every });

/** A gauge that is one value or another. */
function gauge(series: string, bad: number | string, good: number | string): AlertCases {
  return { fires: case_({ [series]: `${bad}x120` }), silent: case_({ [series]: `${good}x120` }) };
}

/** A share of two series, the second of which stays. */
function share(part: string, bad: number, good: number, whole: string, of: number): AlertCases {
  return {
    fires: case_({ [part]: `${bad}x120`, [whole]: `${of}x120` }),
    silent: case_({ [part]: `${good}x120`, [whole]: `${of}x120` }),
  };
}

/** Counters that grow by so much a minute. */
function grow(...counters: [series: string, bad: number, good: number][]): AlertCases {
  const of = (which: 1 | 2) =>
    case_(Object.fromEntries(counters.map((counter) => [counter[0], `0+${counter[which]}x120`])));
  return { fires: of(1), silent: of(2) };
}

const QDRANT = 'job="qdrant",instance="127.0.0.1:6333",slot="blue"';
const TARGETS = ['prometheus', 'alertmanager', 'node', 'qdrant', 'gateway', 'edge', 'postgresql', 'redis'];
const DISK = 'instance="h",device="/dev/sda1",mountpoint="/data",fstype="ext4"';
const SEARCH = 'endpoint="/collections/{name}/points/search"';

function targets(value: (job: string) => string | undefined): Record<string, string> {
  return Object.fromEntries(
    TARGETS.flatMap((job) => {
      const values = value(job);
      return values === undefined ? [] : [[`up{job="${job}",instance="a",slot="blue"}`, values]];
    }),
  );
}

/** A histogram of which 98 % are done in 5 ms and the others in so many seconds. */
function histogram(name: string, labels: string, slowest: string): Record<string, string> {
  const bucket = (le: string, rate: number) => [`${name}_bucket{${labels},le="${le}"}`, `0+${rate}x120`];
  const edges = ['0.005', '0.1', '0.5', '1', '5', '10'];
  return Object.fromEntries([
    ...edges.map((le) => bucket(le, Number(le) >= Number(slowest) ? 6000 : 5880)),
    bucket('+Inf', 6000),
  ]);
}

function disk(avail: string, files: string, { readonly = 0, at = '30m', every = '1m' } = {}): Case {
  return case_(
    {
      [`node_filesystem_avail_bytes{${DISK}}`]: avail,
      [`node_filesystem_size_bytes{${DISK}}`]: '1000x600',
      [`node_filesystem_files_free{${DISK}}`]: files,
      [`node_filesystem_files{${DISK}}`]: '1000x600',
      [`node_filesystem_readonly{${DISK}}`]: `${readonly}x600`,
    },
    at,
    every,
  );
}

const LONG = { at: '8h', every: '10m' };

/** By alert. Time begins at zero. */
export const ALERT_CASES: Record<string, AlertCases> = {
  // It has to fire whatever happens.
  Watchdog: { fires: case_({}), silent: case_({}) },
  TargetDown: {
    fires: case_(targets((job) => (job === 'redis' ? '1x5 0x60' : '1x60'))),
    silent: case_(targets((job) => (job === 'redis' ? '1x20 0x1 1x60' : '1x60'))),
  },
  TargetMissing: {
    fires: case_(targets((job) => (job === 'edge' ? undefined : '1x60'))),
    silent: case_(targets(() => '1x60')),
  },
  RuleFailing: grow(['prometheus_rule_evaluation_failures_total{rule_group="a"}', 1, 0]),
  ConfigurationNotLoaded: gauge('prometheus_config_last_reload_successful', 0, 1),
  TextfileUnreadable: gauge('node_textfile_scrape_error', 1, 0),
  AlertsNotDelivered: grow(
    ['prometheus_notifications_dropped_total{alertmanager="a"}', 0, 0],
    ['alertmanager_notifications_failed_total{integration="webhook"}', 1, 0],
  ),
  QdrantDown: {
    fires: case_({ [`up{${QDRANT}}`]: '1x5 0x60' }),
    silent: case_({ [`up{${QDRANT}}`]: '1x29 0x0 1x60', 'up{job="redis"}': '0x60' }),
  },
  QdrantRecoveryMode: gauge(`app_status_recovery_mode{${QDRANT}}`, 1, 0),
  QdrantDeadReplicas: {
    fires: case_({
      [`collection_dead_replicas{${QDRANT}}`]: '1x60',
      'vdb_deploy_open{service="qdrant"}': '0x60',
      'vdb_deploy_open{service="gateway"}': '1x60',
    }),
    silent: case_({
      [`collection_dead_replicas{${QDRANT}}`]: '1x60',
      'vdb_deploy_open{service="qdrant"}': '1x60',
    }),
  },
  QdrantCollectionsMissing: gauge(`collections_total{${QDRANT}}`, 1, 2),
  QdrantPointsLost: {
    fires: case_({ [`collection_points{id="c",${QDRANT}}`]: '5000x12 2000x12' }, '80m', '5m'),
    silent: case_(
      {
        [`collection_points{id="c",${QDRANT}}`]: '5000x12 3000x12',
        // A collection of a few points is filled and emptied as people like.
        [`collection_points{id="small",${QDRANT}}`]: '900x12 0x12',
      },
      '80m',
      '5m',
    ),
  },
  QdrantUpdateQueue: gauge(`collection_update_queue_length{id="c",${QDRANT}}`, 1001, 1000),
  QdrantIndexBehind: {
    fires: case_({ [`collection_indexed_only_excluded_points{id="c",${QDRANT}}`]: '200000x18' }, '90m', '5m'),
    silent: case_(
      { [`collection_indexed_only_excluded_points{id="c",${QDRANT}}`]: '200000x10 0x8' },
      '90m',
      '5m',
    ),
  },
  QdrantOptimizingForLong: {
    fires: case_({ [`collection_running_optimizations{id="c",${QDRANT}}`]: '1x42' }, '7h', '10m'),
    silent: case_({ [`collection_running_optimizations{id="c",${QDRANT}}`]: '1x20 0x0 1x20' }, '7h', '10m'),
  },
  QdrantSnapshotForLong: {
    fires: case_({ [`snapshot_creation_running{id="c",${QDRANT}}`]: '1x18' }, '3h', '10m'),
    silent: case_({ [`snapshot_creation_running{id="c",${QDRANT}}`]: '1x9 0x0 1x9' }, '3h', '10m'),
  },
  QdrantErrors: grow(
    [`rest_responses_total{status="500",${QDRANT}}`, 20, 1],
    [`rest_responses_total{status="200",${QDRANT}}`, 1000, 1000],
    // What a client did wrong is no error of Qdrant's.
    [`rest_responses_total{status="404",${QDRANT}}`, 100, 500],
  ),
  QdrantGrpcErrors: grow(
    [`grpc_responses_total{status="13",${QDRANT}}`, 20, 1],
    [`grpc_responses_total{status="0",${QDRANT}}`, 1000, 1000],
    [`grpc_responses_total{status="5",${QDRANT}}`, 100, 500],
  ),
  QdrantSlow: {
    fires: case_(histogram('rest_responses_duration_seconds', `${SEARCH},${QDRANT}`, '5')),
    silent: case_({
      ...histogram('rest_responses_duration_seconds', `${SEARCH},${QDRANT}`, '0.1'),
      // A snapshot takes its time.
      ...histogram(
        'rest_responses_duration_seconds',
        `endpoint="/collections/{name}/snapshots",${QDRANT}`,
        '10',
      ),
    }),
  },
  QdrantMemory: gauge(`memory_resident_bytes{${QDRANT}}`, 0.9 * 32 * 1024 ** 3, 0.8 * 32 * 1024 ** 3),
  QdrantMappings: share(`process_open_mmaps{${QDRANT}}`, 81, 79, `system_max_mmaps{${QDRANT}}`, 100),
  QdrantFiles: {
    ...share(`process_open_fds{${QDRANT}}`, 81, 79, `process_max_fds{${QDRANT}}`, 100),
    silent: case_({
      [`process_open_fds{${QDRANT}}`]: '79x60',
      // 0 is no limit.
      [`process_max_fds{${QDRANT}}`]: '100x20 0x60',
      'process_open_fds{job="prometheus",instance="p"}': '99x60',
      'process_max_fds{job="prometheus",instance="p"}': '100x60',
    }),
  },
  GatewayDown: {
    fires: case_({ 'up{job="gateway",instance="a"}': '0x60', 'up{job="gateway",instance="b"}': '0x60' }),
    silent: case_({ 'up{job="gateway",instance="a"}': '0x60', 'up{job="gateway",instance="b"}': '1x60' }),
  },
  GatewayErrors: grow(
    ['gateway_requests_total{job="gateway",instance="a",status="503"}', 20, 1],
    ['gateway_requests_total{job="gateway",instance="a",status="200"}', 1000, 1000],
    ['gateway_requests_total{job="gateway",instance="a",status="429"}', 100, 500],
  ),
  GatewaySlow: {
    fires: case_(histogram('gateway_request_duration_seconds', 'job="gateway",route="/search"', '5')),
    silent: case_(histogram('gateway_request_duration_seconds', 'job="gateway",route="/search"', '0.5')),
  },
  GatewayDependency: gauge('gateway_dependency_up{dependency="redis",instance="a"}', 0, 1),
  GatewayOutboxOld: gauge('gateway_outbox_oldest_seconds', 301, 299),
  GatewayOutboxRejected: gauge('gateway_outbox_rejected', 1, 0),
  EdgeWithoutServer: {
    fires: case_({ 'haproxy_backend_active_servers{proxy="qdrant_rest"}': '1x5 0x60' }),
    silent: case_({
      'haproxy_backend_active_servers{proxy="qdrant_rest"}': '1x60',
      // Certbot is there for a moment a month.
      'haproxy_backend_active_servers{proxy="acme"}': '0x60',
    }),
  },
  EdgeErrors: grow(
    ['haproxy_backend_http_responses_total{proxy="gateway",code="5xx"}', 20, 1],
    ['haproxy_backend_http_responses_total{proxy="gateway",code="2xx"}', 1000, 1000],
    ['haproxy_backend_http_responses_total{proxy="gateway",code="4xx"}', 100, 500],
  ),
  EdgeSlow: {
    fires: case_({
      'haproxy_backend_total_time_average_seconds{proxy="gateway"}': '2x60',
      'haproxy_backend_http_requests_total{proxy="gateway"}': '0+60x60',
    }),
    // The mean is of the last requests, however long ago they were.
    silent: case_({
      'haproxy_backend_total_time_average_seconds{proxy="gateway"}': '2x60',
      'haproxy_backend_http_requests_total{proxy="gateway"}': '60x60',
    }),
  },
  EdgeConnections: share(
    'haproxy_frontend_current_sessions{proxy="gateway"}',
    ...([81, 79] as const),
    'haproxy_frontend_limit_sessions{proxy="gateway"}',
    100,
  ),
  CertificateEnds: {
    fires: case_({ vdb_certificate_expiry_timestamp_seconds: `${86_400 * 20}x18` }, '90m', '5m'),
    silent: case_({ vdb_certificate_expiry_timestamp_seconds: `${86_400 * 22}x18` }, '90m', '5m'),
  },
  CertificateEndsSoon: gauge('vdb_certificate_expiry_timestamp_seconds', 86_400 * 6, 86_400 * 8),
  PostgresDown: gauge('pg_up{instance="a"}', 0, 1),
  PostgresConnections: {
    fires: case_({
      'pg_stat_activity_count{instance="a",state="idle",datname="x"}': '50x60',
      'pg_stat_activity_count{instance="a",state="active",datname="y"}': '31x60',
      'pg_settings_max_connections{instance="a",server="s"}': '100x60',
    }),
    silent: case_({
      'pg_stat_activity_count{instance="a",state="idle",datname="x"}': '50x60',
      'pg_stat_activity_count{instance="a",state="active",datname="y"}': '29x60',
      'pg_settings_max_connections{instance="a",server="s"}': '100x60',
    }),
  },
  PostgresFreezeAge: {
    fires: case_(
      { 'pg_database_wraparound_age_datfrozenxid_seconds{datname="x"}': '1000000001x18' },
      '90m',
      '5m',
    ),
    silent: case_(
      { 'pg_database_wraparound_age_datfrozenxid_seconds{datname="x"}': '999999999x18' },
      '90m',
      '5m',
    ),
  },
  PostgresLongTransaction: {
    fires: case_({
      'pg_stat_activity_max_tx_duration{datname="x",state="idle in transaction"}': '0+60x60',
    }),
    silent: case_({
      'pg_stat_activity_max_tx_duration{datname="x",state="active"}': '800x60',
      'pg_stat_activity_max_tx_duration{datname="x",state="idle"}': '9000x60',
    }),
  },
  RedisDown: gauge('redis_up{instance="a"}', 0, 1),
  RedisMemory: {
    ...share('redis_memory_used_bytes', 91, 89, 'redis_memory_max_bytes', 100),
    // 0 is no limit.
    silent: case_({
      'redis_memory_used_bytes{instance="a"}': '89x60',
      'redis_memory_max_bytes{instance="a"}': '100x60',
      'redis_memory_used_bytes{instance="b"}': '89x60',
      'redis_memory_max_bytes{instance="b"}': '0x60',
    }),
  },
  RedisRejected: grow(['redis_rejected_connections_total', 1, 0]),
  RedisNotSaved: {
    fires: case_({ redis_rdb_last_bgsave_status: '1x60', redis_aof_last_write_status: '0x60' }),
    silent: case_({ redis_rdb_last_bgsave_status: '1x60', redis_aof_last_write_status: '1x60' }),
  },
  DiskSpace: { fires: disk('99x60', '900x60'), silent: disk('101x60', '900x60') },
  DiskFillsUp: {
    fires: disk('399-3x48', '900x48', LONG),
    // As fast, but of a disk that is nearly empty.
    silent: disk('900-3x48', '900x48', LONG),
  },
  DiskInodes: { fires: disk('900x60', '99x60'), silent: disk('900x60', '99x60', { readonly: 1 }) },
  DiskInodesFillUp: {
    fires: disk('900x48', '399-3x48', LONG),
    silent: disk('900x48', '399-1x48', LONG),
  },
  HostMemory: share('node_memory_MemAvailable_bytes', 4, 6, 'node_memory_MemTotal_bytes', 100),
  HostMemoryPressure: grow(['node_pressure_memory_waiting_seconds_total', 4, 2]),
  HostOutOfMemory: {
    fires: case_({ node_vmstat_oom_kill: '0x25 1x60' }),
    silent: case_({ node_vmstat_oom_kill: '7x60' }),
  },
  BackupOld: {
    fires: case_({ vdb_backup_last_success_timestamp_seconds: '0x54' }, '27h', '30m'),
    silent: case_({ vdb_backup_last_success_timestamp_seconds: '0x54' }, '25h', '30m'),
  },
  BackupMissing: {
    fires: case_({ vdb_backup_last_attempt_timestamp_seconds: '0x56' }, '27h', '30m'),
    silent: case_({ vdb_backup_last_success_timestamp_seconds: '0x56' }, '27h', '30m'),
  },
  BackupFailed: gauge('vdb_backup_last_status', 0, 1),
  DrillOld: {
    fires: case_({ vdb_backup_drill_last_success_timestamp_seconds: `-${31 * 86_400}x60` }),
    silent: case_({ vdb_backup_drill_last_success_timestamp_seconds: `-${29 * 86_400}x60` }),
  },
  DrillFailed: gauge('vdb_backup_drill_status', 0, 1),
  DeployFailed: {
    fires: case_({
      'vdb_deploy_status{service="qdrant"}': '0x60',
      'vdb_deploy_written_timestamp_seconds{service="qdrant"}': '0x60',
    }),
    // It is history after a day.
    silent: case_({
      'vdb_deploy_status{service="qdrant"}': '0x60',
      'vdb_deploy_written_timestamp_seconds{service="qdrant"}': '-90000x60',
      'vdb_deploy_status{service="gateway"}': '1x60',
      'vdb_deploy_written_timestamp_seconds{service="gateway"}': '0x60',
    }),
  },
  DeployLeftOpen: {
    fires: case_({
      'vdb_deploy_open{service="qdrant"}': '1x60',
      'vdb_deploy_written_timestamp_seconds{service="qdrant"}': '-7200x60',
    }),
    silent: case_({
      'vdb_deploy_open{service="qdrant"}': '1x60',
      'vdb_deploy_written_timestamp_seconds{service="qdrant"}': '0x60',
      'vdb_deploy_open{service="gateway"}': '0x60',
      'vdb_deploy_written_timestamp_seconds{service="gateway"}': '-7200x60',
    }),
  },
  CheckFailed: {
    fires: case_({ 'vdb_check_status{id="qdrant.auth",severity="critical"}': '2x60' }),
    silent: case_({
      'vdb_check_status{id="qdrant.auth",severity="critical"}': '0x60',
      'vdb_check_status{id="host.psi",severity="warning"}': '2x60',
    }),
  },
};
