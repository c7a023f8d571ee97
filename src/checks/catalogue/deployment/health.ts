import { ask, type Observation } from '../../../host/probe.js';
import { documented, type HealthChecks, readHealthChecks } from '../../../services/registry/documents.js';
import { documentFile } from '../../../services/registry/place.js';
import { SERVICE_NAMES } from '../../../services/registry/services.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type EndpointAnswer, endpointsKind } from '../../probes/endpoints.js';
import { expect, fail, whenKnown } from '../../verdict.js';
import { BROUGHT_BY, combined } from './shared.js';

/** The health checks of the host's own list. */
export const health = defineCheck<EndpointAnswer>({
  id: 'deployment.health',
  group: 'deployment',
  severity: 'error',
  title: 'Every health check of the host passes',
  looksAt:
    'each endpoint in health-checks.yaml on the host, asked there as often and as patiently as the file says',
  why: 'It is the list by which others watch this server: what it names must be there, and answer.',
  probe: (context) => {
    const checks = listed(context);
    if (checks === null) return [];
    const kind = endpointsKind(checks);
    return checks.endpoints.map(({ endpoint, status }) => ask(kind, { endpoint, status }));
  },
  judge: (answers, context) =>
    whenKnown(context.healthChecks, () => {
      const checks = listed(context);
      if (checks === null)
        return { ...fail('there is no list, or it cannot be read', 'health-checks.yaml'), fix: '4.5' };
      const verdicts = checks.endpoints.map((endpoint, index) => judgeAnswer(endpoint, answers[index]));
      return combined(verdicts, `${checks.endpoints.length} endpoints answer`);
    }),
  remedy: 'Repair what does not answer: the checks of its own group say more.',
  inspect: ({ config }) => `cat ${documentFile(config, 'healthChecks')}`,
});

/** null: there is no such file, or it cannot be read. */
function listed({ healthChecks }: CheckContext): HealthChecks | null {
  if (healthChecks.status !== 'known' || healthChecks.value === null) return null;
  return readHealthChecks(healthChecks.value);
}

function judgeAnswer(
  { service, instance, endpoint, status }: HealthChecks['endpoints'][number],
  answer: Observation<EndpointAnswer> | undefined,
): Verdict {
  const expected = status === null ? 'it accepts a connection' : String(status);
  const name = SERVICE_NAMES.find((each) => documented(each) === service);
  const verdict = whenKnown(answer, (value) =>
    expect(value?.healthy === true, `${service} ${instance}: ${endpoint} answers ${value?.said}`, expected),
  );
  return name === undefined ? verdict : { ...verdict, fix: BROUGHT_BY[name] };
}
