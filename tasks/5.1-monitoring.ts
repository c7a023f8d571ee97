import type { Config } from '../src/config/schema.js';
import type { Resource } from '../src/engine/resource.js';
import type { SubTask, Task, TaskContext } from '../src/engine/task.js';
import { sh } from '../src/host/shell.js';
import { absent } from '../src/resources/absent.js';
import { aptPackages } from '../src/resources/apt.js';
import { directory } from '../src/resources/directory.js';
import { file } from '../src/resources/file.js';
import { filesAlone } from '../src/resources/files-alone.js';
import { grafanaProvisioning } from '../src/resources/grafana-provisioning.js';
import { postgresMonitor } from '../src/resources/postgres-monitor.js';
import { service, timer } from '../src/resources/service.js';
import { unitFile, unitFileAbsent } from '../src/resources/unit.js';
import { receiverSecrets, renderAlertmanager } from '../src/services/monitoring/alertmanager.js';
import {
  CERTIFICATE_METRICS,
  renderCertificateScript,
  renderCertificateService,
  renderCertificateTimer,
  watchesCertificate,
} from '../src/services/monitoring/certificate.js';
import { grafanaFiles } from '../src/services/monitoring/grafana.js';
import { renderPrometheus } from '../src/services/monitoring/jobs.js';
import {
  ALERTMANAGER_CONFIGURATION,
  MONITORING_USER,
  PROMETHEUS_CONFIGURATION,
  QDRANT_KEY,
  RECEIVERS,
  REDIS_PASSWORD,
  RULES_FILE,
} from '../src/services/monitoring/place.js';
import { monitoringPrograms, type Program, redisPasswords } from '../src/services/monitoring/programs.js';
import { renderRules } from '../src/services/monitoring/rules.js';

/** Readable by root, and by those who have to read it. */
const SECRET = { mode: '0640', owner: `root:${MONITORING_USER}`, secret: true } as const;

const exporters: SubTask = whereEnabled({
  id: '5.1.1',
  title: 'Exporters',
  criterion:
    'What the machine and Redis tell of themselves is there on loopback, by programs that may do nothing else',
  resources: ({ config }) => [
    packages(config),
    ...running(config, 'node-exporter'),
    ...(config.redis.enabled
      ? [
          file({ path: REDIS_PASSWORD, content: redisPasswords(config), ...SECRET }),
          ...running(config, 'redis-exporter', { restartOn: [REDIS_PASSWORD] }),
        ]
      : []),
    ...certificate(config),
  ],
});

function packages(config: Config): Resource {
  return aptPackages({
    name: 'monitoring',
    packages: monitoringPrograms(config).map((program) => program.package),
    leftOutBy: 'monitoring.enabled: false',
  });
}

/** What HAProxy's own metrics do not say: until when its certificate holds. */
function certificate(config: Config): Resource[] {
  const { directory: place, script, service: unit, timer: clock, file: metrics } = CERTIFICATE_METRICS;
  if (!watchesCertificate(config))
    return [
      service({ unit: clock, enabled: false, running: false }),
      unitFileAbsent({ name: clock }),
      unitFileAbsent({ name: unit }),
      absent({ path: script }),
      absent({ path: metrics }),
    ];
  return [
    directory({ path: place }),
    file({ path: script, content: renderCertificateScript(), mode: '0755' }),
    unitFile({ name: unit, content: renderCertificateService() }),
    unitFile({ name: clock, content: renderCertificateTimer() }),
    timer({ unit: clock }),
  ];
}

const alerting: SubTask = whereEnabled({
  id: '5.1.2',
  title: 'Alertmanager',
  criterion:
    'Alerts are grouped, and brought to the configured receivers; their secrets lie in files of their own',
  resources: ({ config }) => {
    const { alertmanager } = config.monitoring;
    if (!alertmanager.enabled) return [];
    const secrets = receiverSecrets(alertmanager);
    return [
      directory({ path: RECEIVERS, mode: '0750', owner: SECRET.owner }),
      ...secrets.map(({ path, content }) => file({ path, content, ...SECRET })),
      file({ path: ALERTMANAGER_CONFIGURATION, content: renderAlertmanager(config), validate: 'amtool' }),
      ...running(config, 'alertmanager', { reloadOn: [ALERTMANAGER_CONFIGURATION] }),
      // It runs without them by now.
      filesAlone({ directory: RECEIVERS, keep: secrets.map(({ path }) => path) }),
    ];
  },
});

const postgresql: SubTask = whereEnabled({
  id: '5.1.3',
  title: 'PostgreSQL',
  after: ['3.1'],
  criterion: 'What PostgreSQL tells of itself is there, by a role that sees statistics and no table',
  resources: ({ config }) =>
    config.postgres.enabled
      ? [postgresMonitor({ name: MONITORING_USER }), ...running(config, 'postgres-exporter')]
      : [],
});

/** Last, as it looks at all the others; what 4.5 writes of the slots is there by then, and is followed in any case. */
const prometheus: SubTask = whereEnabled({
  id: '5.1.4',
  title: 'Prometheus',
  after: ['4.5', '1.2'],
  criterion: 'Everything that runs on the host is watched, with alert rules that promtool accepts',
  resources: ({ config, facts }) => [
    file({ path: QDRANT_KEY, content: config.qdrant.read_only_api_key, ...SECRET }),
    file({ path: RULES_FILE, content: renderRules(config, facts), validate: 'promtool-rules' }),
    file({
      path: PROMETHEUS_CONFIGURATION,
      content: renderPrometheus(config, facts),
      validate: 'promtool',
    }),
    ...running(config, 'prometheus', { reloadOn: [PROMETHEUS_CONFIGURATION, RULES_FILE] }),
  ],
});

const dashboards: SubTask = whereEnabled({
  id: '5.1.5',
  title: 'Dashboards',
  criterion: 'Where Grafana is installed, it shows what Prometheus has',
  resources: ({ config }) =>
    config.monitoring.grafana === 'never'
      ? []
      : [
          grafanaProvisioning({
            files: grafanaFiles(config),
            required: config.monitoring.grafana === 'always',
          }),
        ],
});

/** A program with its arguments, closed off, started with both as they are now. */
function running(
  config: Config,
  name: string,
  { restartOn = [], reloadOn = [] }: { restartOn?: string[]; reloadOn?: string[] } = {},
): Resource[] {
  const program = monitoringPrograms(config).find((each) => each.name === name);
  if (program === undefined) return [];
  const { unit, defaults, hardening } = program;
  const dropIn = hardening === null ? [] : [`/etc/systemd/system/${hardening.name}`];
  return [
    file(defaults),
    ...(hardening === null ? [] : [unitFile(hardening)]),
    service({
      unit,
      restartOn: [defaults.path, ...dropIn, ...restartOn],
      reloadOn,
      readyCheck: answers(program),
    }),
  ];
}

function answers({ port, readyPath }: Program) {
  return sh`curl -q -fsS -o /dev/null --noproxy '*' --max-time 5 ${`http://127.0.0.1:${port}${readyPath}`}`;
}

function whereEnabled(subtask: SubTask): SubTask {
  return {
    ...subtask,
    resources: (context: TaskContext) =>
      context.config.monitoring.enabled ? subtask.resources(context) : [],
  };
}

/** Task 5.1: monitoring. */
export const monitoring: Task = {
  id: '5.1',
  title: 'Monitoring',
  description:
    'Prometheus on loopback with exporters, alert rules, Alertmanager and, where Grafana is installed, dashboards.',
  // The firewall is part of 0.2.
  dependsOn: ['0.2'],
  subtasks: [exporters, alerting, postgresql, prometheus, dashboards],
  runs: ({ config: { monitoring } }) =>
    monitoring.enabled
      ? `Prometheus: 127.0.0.1:${monitoring.prometheus_port}, kept for ${monitoring.retention}, ${monitoring.retention_size} at most`
      : 'Monitoring: not configured',
};
