import type { Observation } from '../../../host/probe.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { expect, fail, pass, unknown, warn, whenKnown, whenThere, worst } from '../../verdict.js';
import {
  asOwner,
  asStranger,
  eachInstance,
  instancesOf,
  isElsewhere,
  SILENT,
  shared,
  skipForeign,
  versioned,
} from './shared.js';

/** Each replica can do its work. */
export const ready = defineCheck<HttpAnswer>({
  ...shared,
  id: 'gateway.ready',
  severity: 'critical',
  title: 'The gateway is ready, with everything that it depends on',
  looksAt: 'gateway.health.path of each replica; the reference gateway asks each of its dependencies',
  why: 'A gateway that runs without its database or Qdrant answers every request with an error.',
  probe: (context) =>
    instancesOf(context).map((instance) => asStranger(instance, context.config.gateway.health.path)),
  judge: (answers, context) =>
    eachInstance(answers, context, (answer, { port }) =>
      whenKnown(answer, (value) => judgeReadiness(value, port, context)),
    ),
  remedy: 'Repair what it names; then read its log, and start it where it does not run.',
  fix: '1.2',
});

function judgeReadiness(value: HttpAnswer | null, port: number, { config }: CheckContext): Verdict {
  const { path, status } = config.gateway.health;
  const expected = `${path} answers ${status}`;
  if (value === null) return fail(`nothing listens on port ${port}`, expected);
  if (value.status === 'timeout') return fail(`${path} does not answer in time`, expected);
  const down = unready(value.body);
  if (value.status !== status && down !== '') return { ...fail(`not ready: ${down}`, expected), ...BEHIND };
  if (value.status !== status) return fail(`${path} answers ${value.status}`, expected);
  return down === ''
    ? pass(`${path} answers ${status}`)
    : warn(`degraded: ${down}`, 'every dependency is up');
}

/** Nothing of the gateway itself is to be repaired. */
const BEHIND = {
  remedy:
    'Repair the server that it names first: vdb status says whether it runs. The gateway needs no restart.',
  fix: undefined,
};

/** The dependencies that the reference gateway names as down, with its reasons. */
function unready(body: string): string {
  try {
    const { dependencies } = JSON.parse(body) as {
      dependencies?: Record<string, { status?: string; reason?: string | null }>;
    };
    return Object.entries(dependencies ?? {})
      .filter(([, { status }]) => status === 'down')
      .map(([name, { reason }]) => (reason == null ? name : `${name} (${reason})`))
      .join(', ');
  } catch {
    return '';
  }
}

const GRAPHQL = JSON.stringify({ query: 'query{health{status}}' });

/** Health under every path that the documents name. */
export const endpoints = defineCheck<HttpAnswer>({
  ...shared,
  id: 'gateway.endpoints',
  severity: 'error',
  title: 'Health answers over REST and GraphQL, with a version in its path and without',
  looksAt: '/health, the versioned /health under both prefixes, and query{health{status}} at /graphql',
  why: 'Clients, load balancers and dashboards each use another one of these paths.',
  skip: skipForeign,
  probe: (context) => {
    const [first] = instancesOf(context);
    if (first === undefined) return [];
    return [
      ...healthPaths(context).map((path) => asStranger(first, path)),
      asStranger(first, '/graphql', GRAPHQL),
    ];
  },
  judge: (answers, context) => {
    const paths = [...healthPaths(context), '/graphql'];
    const verdicts = paths.map((path, index) =>
      whenThere(answers[index], SILENT, ({ status, body }) => {
        if (status === 'timeout') return unknown(`${path} does not answer in time`);
        if (path === '/graphql' && status === 200 && !body.includes('"healthy"'))
          return fail('/graphql does not say that it is healthy', 'query{health{status}} is answered');
        return expect(status === 200, `${path} answers ${status}`, 'each answers 200');
      }),
    );
    return worst(verdicts, paths.join(', '));
  },
  remedy: 'See gateway.versioning in the configuration and the log of the gateway; then install it again.',
  fix: '1.2',
});

function healthPaths({ config }: CheckContext): string[] {
  const prefix = versioned(config);
  return [...new Set(['/health', `${prefix}/health`, `/api${prefix}/health`])];
}

/** What the gateway says of itself and the servers behind it. */
export const infrastructure = defineCheck<HttpAnswer>({
  ...shared,
  id: 'gateway.infrastructure',
  severity: 'error',
  title: 'The gateway tells of the servers behind it, and has metrics',
  looksAt: '/infrastructure/health and /metrics of the first replica, with the configured key',
  why: 'Who operates the server sees there what waits for Qdrant, and Prometheus how long requests take.',
  skip: skipForeign,
  probe: (context) => {
    const [first] = instancesOf(context);
    return first === undefined ? [] : operatorPaths(context).map((path) => asOwner(context, first, path));
  },
  judge: (answers, context) => {
    const paths = operatorPaths(context);
    const verdicts = paths.map((path, index) =>
      whenThere(answers[index], SILENT, ({ status, body }) => {
        if (status === 'timeout') return unknown(`${path} does not answer in time`);
        if (isElsewhere(status)) return unknown(`${path} answers ${status}`);
        if (status === 200 && !body.includes(path === '/metrics' ? '# TYPE ' : '"outbox"'))
          return fail(`${path} does not hold what it is for`, 'the servers, and metrics');
        return expect(status === 200, `${path} answers ${status}`, 'each answers 200');
      }),
    );
    return worst(verdicts, paths.join(', '));
  },
  remedy: 'See the log of the gateway; install it again.',
  fix: '1.2',
});

function operatorPaths({ config }: CheckContext): string[] {
  return [`${versioned(config)}/infrastructure/health`, '/metrics'];
}

/** Nothing is given to who has no key, and the configured key is one. */
export const auth = defineCheck<HttpAnswer>({
  ...shared,
  id: 'gateway.auth',
  severity: 'critical',
  title: 'The gateway refuses a request without a key, and lets the configured key in',
  looksAt:
    'a request for the libraries and one for the keys without a key, and one for the keys with the configured one',
  why: 'An open gateway lets everybody on the allowlist read, write and delete everything; without its key vdb sees nothing behind it.',
  skip: (context) =>
    skipForeign(context) ??
    (context.config.security.api_key_auth ? undefined : 'security.api_key_auth is false'),
  probe: (context) => {
    const [first] = instancesOf(context);
    if (first === undefined) return [];
    const { libraries, keys } = guarded(context);
    return [asStranger(first, libraries), asStranger(first, keys), asOwner(context, first, keys)];
  },
  judge: ([toLibraries, toKeys, toOwner], context) => {
    const { libraries, keys } = guarded(context);
    return worst(
      [judgeStranger(toLibraries, libraries), judgeStranger(toKeys, keys), judgeOwner(toOwner, keys)],
      'a stranger gets 401, the configured key 200',
    );
  },
  remedy: 'Close the port of the edge, then install the gateway again with security.api_key_auth.',
  fix: '1.2',
});

function judgeStranger(answer: Observation<HttpAnswer> | undefined, path: string): Verdict {
  return whenThere(answer, SILENT, ({ status }) =>
    status === 'timeout'
      ? unknown(`${path} does not answer in time`)
      : expect(status === 401, `${path} answers ${status} to a stranger`, '401'),
  );
}

/** Another answer than yes or no says nothing of the key. */
function judgeOwner(answer: Observation<HttpAnswer> | undefined, path: string): Verdict {
  return whenThere(answer, SILENT, ({ status }) => {
    if (status === 200) return pass('the configured key is let in');
    if (status === 'timeout') return unknown(`${path} does not answer in time`);
    const seen = `${path} answers ${status} to the configured key`;
    return status === 401 || status === 403 ? { ...fail(seen, '200'), remedy: KEY_REMEDY } : unknown(seen);
  });
}

const KEY_REMEDY =
  'See vdb db keys list: where the key of the configuration was revoked, give gateway.api_key another value; then vdb provision --only 1.2 puts it in force.';

/** What needs a key: one that reads, and one that may do everything. */
function guarded({ config }: CheckContext): { libraries: string; keys: string } {
  const prefix = versioned(config);
  return { libraries: `${prefix}/libraries`, keys: `${prefix}/keys` };
}
