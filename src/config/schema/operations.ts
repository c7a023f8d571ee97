import { z } from 'zod';
import { cronProblem } from '../cron.js';
import { cidr, count, duration, port, seconds, secret, secretUrl, size, urlPath } from './values.js';

const edge = z
  .strictObject({
    bind: z
      .array(z.union([z.ipv4(), z.ipv6()], 'must be an IP address'))
      .min(1)
      .default(['0.0.0.0'])
      .describe('Addresses it listens on; 0.0.0.0 and :: are all of IPv4 and of IPv6.'),
    gateway_port: port().default(8000).describe('Port of the gateway as clients see it.'),
    gateway_grpc_port: port()
      .optional()
      .describe("Port of the gateway's gRPC as clients see it; not offered when missing."),
    qdrant_http_port: port()
      .optional()
      .describe("Port of Qdrant's REST interface as clients see it; not offered when missing."),
    qdrant_grpc_port: port()
      .optional()
      .describe("Port of Qdrant's gRPC interface as clients see it; not offered when missing."),
    qdrant_local_port: port()
      .default(6330)
      .describe('Port on loopback at which the gateway reaches Qdrant, in whichever slot that serves.'),
    max_requests_per_minute: count()
      .default(60_000)
      .describe('Requests of one address while security.rate_limiting is on; more are answered by 429.'),
  })
  .prefault({})
  .describe('The edge: where it listens, and what it lets pass.');

const acme = z
  .strictObject({
    email: z
      .email('must be an e-mail address')
      .optional()
      .describe('Contact of the account at the CA, which is given when that is made.'),
    directory: z
      .url({ protocol: /^https$/, error: 'must be an https address' })
      .default('https://acme-v02.api.letsencrypt.org/directory')
      .describe('Directory of the ACME server. Using it agrees to the terms of its CA.'),
    ca: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Of a private ACME server: CA certificates (PEM) on the machine vdb runs on, which its directory is believed by and, beside those of the system, the edge's certificate.",
      ),
    http_port: port()
      .default(80)
      .describe(
        'Port of the edge for challenges, open to everybody; the CA asks at 80, so another one needs a forwarding.',
      ),
    local_port: port()
      .default(8480)
      .describe('Port on loopback where certbot answers challenges while it obtains a certificate.'),
  })
  .prefault({})
  .describe('acme: where certificates come from.');

const tls = z
  .strictObject({
    mode: z
      .enum(['off', 'own-ca', 'files', 'acme'])
      .default('off')
      .describe('own-ca: signed by a CA made on the host; files: yours; acme: from a CA that speaks ACME.'),
    certificate: z
      .string()
      .min(1)
      .optional()
      .describe('files: certificate chain (PEM) on the machine vdb runs on.'),
    key: z.string().min(1).optional().describe('files: private key (PEM) on the machine vdb runs on.'),
    domain: z.string().min(1).optional().describe('Name in the certificate; required for acme.'),
    acme,
  })
  .prefault({})
  .describe('TLS at the edge.');

export const networkingSchema = z
  .strictObject({
    edge,
    load_balancer: z.boolean().default(true).describe('Whether HAProxy is the edge.'),
    tls,
    health_check_path: urlPath()
      .default('/health')
      .describe(
        'Path by which the edge sees that the gateway of vdb serves; one of your own is asked what gateway.health says.',
      ),
  })
  .describe('What clients see.');

export const securitySchema = z
  .strictObject({
    firewall: z
      .strictObject({
        enabled: z.boolean().default(true).describe('Whether nftables drops everything that is not allowed.'),
        allow: z.array(cidr()).default(['192.168.10.0/24']).describe('Networks that may use the edge.'),
        ssh_from: z.array(cidr()).default(['0.0.0.0/0', '::/0']).describe('Networks that may use SSH.'),
      })
      .prefault({})
      .describe('The firewall and allowlist.'),
    rate_limiting: z.boolean().default(true).describe('Whether the edge limits requests per client.'),
    api_key_auth: z.boolean().default(true).describe('Whether the gateway demands an API key.'),
  })
  .describe('Who may do what.');

const repository = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'must hold only lower-case letters, digits and -')
      .describe('Name of the repository.'),
    type: z
      .enum(['directory', 'operator', 'restic'])
      .default('directory')
      .describe(
        'directory: a path on the host, such as a mount; operator: on the machine vdb runs on; restic: encrypted, by restic on the host.',
      ),
    path: z
      .string()
      .min(1)
      .describe(
        "Directory of the copies (operator: of directories, one for each host's); for restic its repository: /mnt/x, sftp:user@host:/x, s3:https://…",
      ),
    password: secret(16)
      .optional()
      .describe('restic: encrypts the repository; without it nothing is read back.'),
    environment: z
      .record(z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a variable'), secret())
      .default({})
      .describe('restic: variables such as AWS_ACCESS_KEY_ID.'),
  })
  .describe('One place for copies.');

const FIVE_WORDS = /^\S+( \S+){4}$/;

export const backupSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether backups are scheduled.'),
    schedule: z
      .string()
      .regex(FIVE_WORDS, 'must have the five fields of cron, such as 0 2 * * *')
      .superRefine((text, context) => {
        const problem = FIVE_WORDS.test(text) ? cronProblem(text) : undefined;
        if (problem !== undefined)
          context.addIssue({
            code: 'custom',
            message: `must be what cron takes, such as 0 2 * * *: ${problem}`,
          });
      })
      .default('0 2 * * *')
      .describe('When, as in cron, in the time zone of the host.'),
    retention: duration()
      .default('30d')
      .describe('Sets are kept for so long, counted back from the newest whole one.'),
    keep_minimum: count().default(3).describe('Newest whole sets that are kept however old they are.'),
    keep: z
      .strictObject({
        daily: z.int().min(0).default(0).describe('Days of which the last set is kept.'),
        weekly: z.int().min(0).default(0).describe('Weeks of which the last set is kept.'),
        monthly: z.int().min(0).default(0).describe('Months of which the last set is kept.'),
      })
      .prefault({})
      .describe('Sets that are kept beyond the retention.'),
    priorities: z
      .partialRecord(z.enum(['high', 'medium', 'low']), duration())
      .default({})
      .describe(
        'By priority of collections: their snapshots leave older sets after so long, not with the set.',
      ),
    redis: z.boolean().default(false).describe('Whether the cache is part of a set.'),
    consistent: z
      .boolean()
      .default(false)
      .describe(
        'Whether a set counts only if nothing was written while it was taken, so that all parts have one instant.',
      ),
    drill_interval: duration().default('30d').describe('How often a set must have been restored as a test.'),
    repositories: z.array(repository).default([]).describe('Places for copies off the data volume.'),
  })
  .describe('Backups.');

const receiver = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'must hold only lower-case letters, digits and -')
      .describe('Name of the receiver.'),
    type: z
      .enum(['webhook', 'email'])
      .default('webhook')
      .describe('Posted as JSON over HTTP, or sent by mail.'),
    severity: z
      .enum(['warning', 'critical'])
      .default('warning')
      .describe('How bad an alert is at least; warning: it gets them all.'),
    url: secretUrl()
      .optional()
      .describe('webhook: where alerts are posted. It is a secret, as such addresses often hold a key.')
      .meta({ examples: ['${env:ALERT_WEBHOOK}'] }),
    token: secret()
      .optional()
      .describe('webhook: sent as a bearer token.')
      .meta({ examples: ['${env:ALERT_TOKEN}'] }),
    to: z
      .array(z.email('must be an e-mail address'))
      .default([])
      .describe('email: who gets them.')
      .meta({ examples: [['operations@example.org']] }),
    from: z
      .email('must be an e-mail address')
      .optional()
      .describe('email: whom they come from.')
      .meta({ examples: ['vdb@example.org'] }),
    smarthost: z
      .string()
      .regex(/^[\w.-]+:\d{1,5}$/, 'must be a server with its port, such as mail.example.org:587')
      .optional()
      .describe('email: the mail server.')
      .meta({ examples: ['mail.example.org:587'] }),
    username: z
      .string()
      .min(1)
      .optional()
      .describe('email: account at the mail server.')
      .meta({ examples: ['vdb'] }),
    password: secret()
      .optional()
      .describe('email: its password.')
      .meta({ examples: ['${env:ALERT_MAIL_PASSWORD}'] }),
    require_tls: z.boolean().default(true).describe('email: whether mail is given over TLS alone.'),
  })
  .describe('One receiver of alerts.');

const alertmanager = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether Alertmanager brings alerts to their receivers.'),
    port: port().default(9093).describe('Port of Alertmanager, on loopback.'),
    group_wait: duration().default('30s').describe('How long the first alert waits for others of its kind.'),
    group_interval: duration('1s').default('5m').describe('How long one that joins them waits.'),
    repeat_interval: duration('1s')
      .default('4h')
      .describe('When an alert that still fires is told of again.'),
    receivers: z
      .array(receiver)
      .default([])
      .describe('Who is told of alerts; without any they are seen on the host alone.'),
    watchdog_url: secretUrl()
      .optional()
      .describe(
        'Where the alert Watchdog is posted every minute: a service elsewhere that misses it. A secret.',
      )
      .meta({ examples: ['${env:WATCHDOG_URL}'] }),
  })
  .prefault({})
  .describe('Who is told of alerts.');

const alert = z
  .strictObject({
    for: duration().optional().describe('How long it must hold until the alert fires.'),
    limit: z.number().optional().describe('The value at which it holds, in the unit of docs/monitoring.md.'),
  })
  .describe('What differs from the alert as it comes.');

export const monitoringSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether vdb installs Prometheus with its exporters, alert rules and Alertmanager.'),
    metrics_enabled: z
      .boolean()
      .default(true)
      .describe('Whether a Prometheus watches the host; without monitoring.enabled one of your own.'),
    prometheus_port: port().default(9090).describe('Port of Prometheus, on loopback.'),
    retention: duration().default('15d').describe('How long metrics are kept.'),
    retention_size: size()
      .default('4GiB')
      .describe('How much of them is kept; the oldest go first, before their time.'),
    scrape_interval: duration('4s')
      .default('15s')
      .describe('Time between two looks at a target, which must answer within it, and within 10s.'),
    evaluation_interval: duration('1s').default('15s').describe('Time between two looks at the alert rules.'),
    alerts: z
      .record(z.string().min(1), alert)
      .default({})
      .describe('Alerts with another delay or limit, by their names.'),
    alertmanager,
    grafana: z
      .enum(['auto', 'always', 'never'])
      .default('auto')
      .describe('auto: dashboards are put where Grafana is installed; always: before it is, too.'),
    node_exporter: z.boolean().default(true).describe('Whether metrics of the machine are collected.'),
    tracing_enabled: z
      .boolean()
      .default(true)
      .describe('Whether requests carry a trace id through the gateway.'),
    logging_enabled: z.boolean().default(true).describe('Whether the gateway writes structured logs.'),
    health_check_interval_seconds: seconds().default(30).describe('Time between health checks.'),
    health_check_timeout_seconds: seconds().default(10).describe('How long a health check may take.'),
    health_check_retries: count().default(3).describe('Failures in a row until a service counts as down.'),
  })
  .describe('Metrics, logs and health checks.');

export const deploymentSchema = z
  .strictObject({
    environment: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'must hold only lower-case letters, digits and -')
      .default('production')
      .describe('Name of the environment in reports and metrics.'),
    strategy: z
      .enum(['blue_green', 'in_place'])
      .default('blue_green')
      .describe(
        'How vdb deploy brings a new version in: beside the one that serves, or in_place with a restart.',
      ),
    keep_releases: z
      .int()
      .min(2)
      .default(5)
      .describe('Releases of each service kept on the host; what serves or stands by stays in any case.'),
    backup_max_age: duration()
      .default('24h')
      .describe('How old the newest backup may be when Qdrant is deployed; else one is taken first.'),
    bake_seconds: z
      .int()
      .min(0)
      .default(600)
      .describe(
        'How long a new slot is watched after a switch, while the old one still runs and the way back is a switch.',
      ),
  })
  .describe('Deployments.');

const waiver = z
  .strictObject({
    id: z.string().min(1).describe('The check, such as host.failed-units.'),
    owner: z.string().min(1).describe('Who answers for it.'),
    reason: z.string().min(1).describe('Why the finding is accepted.'),
    expires: z.iso
      .date('must be a date such as 2030-01-31')
      .describe('Day after which the check fails again.'),
  })
  .describe('One accepted finding.');

const confirmation = z
  .strictObject({
    line: z
      .enum(['documentation', 'training'])
      .describe('The line of the production readiness checklist that no look at a host can prove.'),
    owner: z.string().min(1).describe('Who answers for it.'),
    evidence: z.string().min(1).describe('Where it can be looked up.'),
    date: z.iso.date('must be a date such as 2030-01-31').describe('Day on which it was confirmed.'),
  })
  .describe('One line that a person confirms.');

export const capacitySchema = z
  .strictObject({
    target_points: count()
      .default(100_000_000)
      .describe('Points to plan for, over all collections; they share it in proportion to what they hold.'),
    growth_per_day: z
      .int()
      .min(0)
      .default(0)
      .describe('Points that come in a day, over all collections; 0 where it is not known.'),
    payload_bytes: z.int().min(0).default(512).describe('Bytes of payload of a point, on average.'),
  })
  .describe('What the server must hold one day.');

export const checksSchema = z
  .strictObject({
    waivers: z.array(waiver).default([]).describe('Findings that are accepted for a time.'),
    thresholds: z
      .record(z.string().min(1), z.union([z.number(), z.string()]))
      .default({})
      .describe('Thresholds of checks that differ from the catalogue, by check.'),
    confirmations: z
      .array(confirmation)
      .default([])
      .describe('Lines of the production readiness checklist that a person confirms.'),
  })
  .describe('Checks.');
