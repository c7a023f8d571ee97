import { alertNames, alertsWith } from '../alerts.js';
import { nearest } from '../nearest.js';
import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';

function alertsAreKnown({ monitoring: { alerts } }: Config): Violation[] {
  const wanted = Object.keys(alerts);
  const known = wanted.length === 0 ? [] : alertNames();
  return wanted
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      const hint = meant === undefined ? '; docs/monitoring.md lists all' : `; did you mean ${meant}?`;
      return { path: ['monitoring', 'alerts', name], message: `there is no such alert${hint}` };
    });
}

function alertsHaveWhatIsChanged({ monitoring: { alerts } }: Config): Violation[] {
  const known = Object.entries(alerts).filter(([name]) => alertNames().includes(name));
  return (['for', 'limit'] as const).flatMap((key) =>
    known
      .filter(([name, { [key]: value }]) => value !== undefined && !alertsWith(key).includes(name))
      .map(([name]) => ({
        path: ['monitoring', 'alerts', name, key],
        message: `has no use: ${name} ${key === 'for' ? 'does not wait' : 'compares with nothing'}`,
      })),
  );
}

function metricsAreOn({ monitoring }: Config): Violation[] {
  if (!monitoring.enabled || monitoring.metrics_enabled) return [];
  const message = 'is false, but monitoring.enabled has vdb install a Prometheus; set that to false as well';
  return [{ path: ['monitoring', 'metrics_enabled'], message }];
}

type Receiver = Config['monitoring']['alertmanager']['receivers'][number];

/** By type: what there must be, and what has no use. */
const KEYS = {
  webhook: { needed: ['url'], foreign: ['from', 'smarthost', 'username', 'password'] },
  email: { needed: ['from', 'smarthost'], foreign: ['url', 'token'] },
} as const satisfies Record<Receiver['type'], Record<string, readonly (keyof Receiver)[]>>;

function receiversAreComplete({ monitoring: { alertmanager } }: Config): Violation[] {
  return alertmanager.receivers.flatMap((receiver, index) => {
    const { name, type, to, username, password } = receiver;
    const at = (key: keyof Receiver, message: string): Violation => {
      return { path: ['monitoring', 'alertmanager', 'receivers', index, key], message };
    };
    const { needed, foreign } = KEYS[type];
    const first = alertmanager.receivers.findIndex((other) => other.name === name);
    const account = username === undefined ? 'username' : 'password';
    return [
      ...(first < index ? [at('name', `${name} is the name of two receivers`)] : []),
      ...needed
        .filter((key) => receiver[key] === undefined)
        .map((key) => at(key, `is missing; it is required while the type is ${type}`)),
      ...foreign
        .filter((key) => receiver[key] !== undefined)
        .map((key) => at(key, `has no use while the type is ${type}`)),
      ...(type === 'email' && to.length === 0 ? [at('to', 'names nobody; it is required for email')] : []),
      ...(type === 'webhook' && to.length > 0 ? [at('to', 'has no use while the type is webhook')] : []),
      ...((username === undefined) === (password === undefined)
        ? []
        : [at(account, 'is missing: a mail server wants an account and its password')]),
    ];
  });
}

export const monitoringRules: readonly Rule[] = [
  { needs: ['monitoring'], check: alertsAreKnown },
  { needs: ['monitoring'], check: alertsHaveWhatIsChanged },
  { needs: ['monitoring'], check: metricsAreOn },
  { needs: ['monitoring'], check: receiversAreComplete },
];
