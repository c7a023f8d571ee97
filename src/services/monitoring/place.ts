/** The account that Prometheus, Alertmanager and the exporters of the distribution run as. */
export const MONITORING_USER = 'prometheus';

const DIRECTORY = '/etc/prometheus';

/** What Prometheus is started with. */
export const PROMETHEUS_CONFIGURATION = `${DIRECTORY}/prometheus.yml`;

/** The alert rules. */
export const RULES_FILE = `${DIRECTORY}/vdb.rules.yml`;

/** What Alertmanager is started with. */
export const ALERTMANAGER_CONFIGURATION = `${DIRECTORY}/alertmanager.yml`;

/** Qdrant's read-only key, which Prometheus sends. */
export const QDRANT_KEY = `${DIRECTORY}/vdb-qdrant-key`;

/** The password of Redis by its address, as JSON, for the exporter. */
export const REDIS_PASSWORD = `${DIRECTORY}/vdb-redis-password.json`;

/** The directory of the secrets of receivers: a file for each. */
export const RECEIVERS = `${DIRECTORY}/vdb-receivers`;
