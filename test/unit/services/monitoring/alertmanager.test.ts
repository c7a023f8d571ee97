import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { alertNames } from '../../../../src/config/alerts.js';
import { receiverSecrets, renderAlertmanager } from '../../../../src/services/monitoring/alertmanager.js';
import { testConfig } from '../../../support/config.js';

const RECEIVERS = [
  { name: 'chat', url: 'https://chat.example/hook/sentinel-url', token: 'sentinel-token' },
  {
    ...{ name: 'pager', type: 'email', severity: 'critical', to: ['a@b.example', 'c@d.example'] },
    ...{ from: 'vdb@b.example', smarthost: 'mail.b.example:587' },
    ...{ username: 'vdb', password: 'sentinel-password' },
  },
];
const of = (alertmanager: object) => testConfig({ monitoring: { enabled: true, alertmanager } });
const rendered = (alertmanager: object) =>
  parse(renderAlertmanager(of(alertmanager))) as {
    route: { receiver: string; routes: { receiver: string; matchers: string[] }[] };
    receivers: { name: string }[];
    inhibit_rules: { source_matchers: string[]; target_matchers: string[] }[];
  };

describe('alertmanager.yml', () => {
  test('brings everything to each receiver that wants it, and the Watchdog to none of them', () => {
    const { route, receivers } = rendered({ receivers: RECEIVERS });
    expect(route.receiver).toBe('nobody');
    expect(route.routes).toEqual([
      expect.objectContaining({ matchers: ['alertname="Watchdog"'], receiver: 'nobody' }),
      { receiver: 'to-chat', matchers: [], continue: true },
      { receiver: 'to-pager', matchers: ['severity="critical"'], continue: true },
    ]);
    expect(receivers.map(({ name }) => name)).toEqual(['nobody', 'to-chat', 'to-pager']);
  });

  test('posts to a webhook and sends mail, with the secrets in files', () => {
    const { receivers } = rendered({ receivers: RECEIVERS });
    expect(receivers.slice(1)).toEqual([
      {
        name: 'to-chat',
        webhook_configs: [
          {
            url_file: '/etc/prometheus/vdb-receivers/chat-url',
            http_config: {
              authorization: {
                type: 'Bearer',
                credentials_file: '/etc/prometheus/vdb-receivers/chat-token',
              },
            },
          },
        ],
      },
      {
        name: 'to-pager',
        email_configs: [
          {
            ...{ to: 'a@b.example, c@d.example', from: 'vdb@b.example', smarthost: 'mail.b.example:587' },
            ...{ require_tls: true, send_resolved: true, auth_username: 'vdb' },
            auth_password_file: '/etc/prometheus/vdb-receivers/pager-password',
          },
        ],
      },
    ]);
  });

  test('has every secret in a file of its own, and none in its text', () => {
    const settings = { receivers: RECEIVERS, watchdog_url: 'https://outside.example/sentinel-watchdog' };
    const config = of(settings);
    expect(receiverSecrets(config.monitoring.alertmanager)).toEqual([
      { path: '/etc/prometheus/vdb-receivers/chat-url', content: 'https://chat.example/hook/sentinel-url' },
      { path: '/etc/prometheus/vdb-receivers/chat-token', content: 'sentinel-token' },
      { path: '/etc/prometheus/vdb-receivers/pager-password', content: 'sentinel-password' },
      {
        path: '/etc/prometheus/vdb-receivers/.watchdog-url',
        content: 'https://outside.example/sentinel-watchdog',
      },
    ]);
    expect(renderAlertmanager(config)).not.toContain('sentinel');
    const { route, receivers } = rendered(settings);
    expect(route.routes[0]?.receiver).toBe('watchdog');
    expect(receivers.map(({ name }) => name)).toContain('watchdog');
  });

  test('holds back warnings that follow from an alert, and nothing that is critical', () => {
    const { inhibit_rules } = rendered({});
    for (const { source_matchers, target_matchers } of inhibit_rules) {
      const [, cause = ''] = /^alertname="(.+)"$/.exec(source_matchers[0] ?? '') ?? [];
      expect(alertNames()).toContain(cause);
      const [, effects = ''] = /^alertname=~"(.+)"$/.exec(target_matchers[0] ?? '') ?? [];
      for (const effect of effects.split('|'))
        expect(
          alertNames().some((name) => new RegExp(`^(${effect})$`).test(name)),
          effect,
        ).toBe(true);
      expect(target_matchers).toContain('severity="warning"');
    }
  });
});
