import { stringify } from 'yaml';
import type { Config } from '../../config/schema.js';
import { RECEIVERS } from './place.js';
import { inSeconds, WRITTEN } from './written.js';

type Settings = Config['monitoring']['alertmanager'];
type Receiver = Settings['receivers'][number];

/** Who gets what nobody is to be told of. */
const NOBODY = 'nobody';

/** Who misses the alert Watchdog where it does not come. */
const OUTSIDE = 'watchdog';

/** A file that holds one secret, and nothing else. */
export interface SecretFile {
  path: string;
  content: string;
}

/** The secrets of the receivers, by the files that {@link renderAlertmanager} names. Pure. */
export function receiverSecrets({ receivers, watchdog_url }: Settings): SecretFile[] {
  const own = receivers.flatMap((receiver) =>
    (['url', 'token', 'password'] as const).map((key) => ({
      path: secretFile(receiver, key),
      content: receiver[key],
    })),
  );
  const all = [...own, { path: WATCHDOG_URL, content: watchdog_url }];
  return all.filter((file): file is SecretFile => file.content !== undefined);
}

const WATCHDOG_URL = `${RECEIVERS}/.watchdog-url`;

function secretFile({ name }: Receiver, key: 'url' | 'token' | 'password'): string {
  return `${RECEIVERS}/${name}-${key}`;
}

/**
 * The content of `alertmanager.yml`. Each receiver is told of everything that is as bad as it wants. The alert Watchdog goes
 * to whoever misses it, and to nobody else. It names the files with secrets, and holds none. Pure.
 */
export function renderAlertmanager({ monitoring }: Pick<Config, 'monitoring'>): string {
  const settings = monitoring.alertmanager;
  const document = {
    route: {
      receiver: NOBODY,
      group_by: ['alertname', 'job'],
      group_wait: inSeconds(settings.group_wait),
      group_interval: inSeconds(settings.group_interval),
      repeat_interval: inSeconds(settings.repeat_interval),
      routes: [watchdogRoute(settings), ...settings.receivers.map(routeOf)],
    },
    inhibit_rules: INHIBITED.map(inhibitRule),
    receivers: [
      { name: NOBODY },
      ...(settings.watchdog_url === undefined ? [] : [watchdogReceiver()]),
      ...settings.receivers.map(receiverOf),
    ],
  };
  return WRITTEN + stringify(document, { lineWidth: 0 });
}

function watchdogRoute({ watchdog_url }: Settings) {
  return {
    matchers: ['alertname="Watchdog"'],
    receiver: watchdog_url === undefined ? NOBODY : OUTSIDE,
    group_wait: '0s',
    group_interval: '1m',
    repeat_interval: '1m',
  };
}

function watchdogReceiver() {
  return { name: OUTSIDE, webhook_configs: [{ url_file: WATCHDOG_URL, send_resolved: false }] };
}

function routeOf({ name, severity }: Receiver) {
  return {
    receiver: receiverName(name),
    matchers: severity === 'critical' ? ['severity="critical"'] : [],
    continue: true,
  };
}

/** None of theirs can be taken for one of ours. */
function receiverName(name: string): string {
  return `to-${name}`;
}

/** What follows from another alert, by that: while it fires, warnings of it would only be more to read. */
const INHIBITED: readonly [cause: string, effects: string][] = [
  ['QdrantDown', 'Qdrant.*|Gateway.*|Edge.*'],
  ['PostgresDown', 'Postgres.*|Gateway.*'],
  ['RedisDown', 'Redis.*'],
  ['CertificateEndsSoon', 'CertificateEnds'],
  ['DiskSpace', 'DiskFillsUp'],
  ['DiskInodes', 'DiskInodesFillUp'],
  ['HostMemory', 'HostMemoryPressure'],
  ['BackupOld', 'BackupFailed'],
];

function inhibitRule([cause, effects]: readonly [string, string]) {
  return {
    source_matchers: [`alertname="${cause}"`],
    target_matchers: [`alertname=~"${effects}"`, 'severity="warning"'],
  };
}

function receiverOf(receiver: Receiver) {
  const name = receiverName(receiver.name);
  if (receiver.type === 'webhook') return { name, webhook_configs: [webhookOf(receiver)] };
  return { name, email_configs: [emailOf(receiver)] };
}

function webhookOf(receiver: Receiver) {
  const authorization = { type: 'Bearer', credentials_file: secretFile(receiver, 'token') };
  return {
    url_file: secretFile(receiver, 'url'),
    ...(receiver.token === undefined ? {} : { http_config: { authorization } }),
  };
}

function emailOf(receiver: Receiver) {
  const { to, from, smarthost, username, require_tls } = receiver;
  return {
    ...{ to: to.join(', '), from, smarthost, require_tls, send_resolved: true },
    ...(username === undefined
      ? {}
      : { auth_username: username, auth_password_file: secretFile(receiver, 'password') }),
  };
}
