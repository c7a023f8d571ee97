import { describe, expect, test } from 'vitest';
import { deployment } from '../../../tasks/4.5-deployment.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';

const PORTS = { edge: { qdrant_http_port: 6433 } };
const idsFor = (sections: Record<string, unknown>) =>
  resourcesOf(deployment, '4.5.1', fakeContext(sections)).map(({ id }) => id);

describe('the edge', () => {
  test('has its slots looked at once it runs, for each service that it serves', () => {
    const gateway = { enabled: true, api_key: 'Qw5nBv8xRt2mLp7s' };
    const ids = idsFor({ networking: PORTS, gateway });
    expect(ids.slice(ids.indexOf('service:haproxy.service') + 1)).toEqual([
      'edge-slots:gateway',
      'edge-slots:qdrant_rest',
    ]);
    const last = idsFor({ networking: PORTS, gateway: { enabled: false } }).slice(-2);
    expect(last).toEqual(['service:haproxy.service', 'edge-slots:qdrant_rest']);
  });

  test('has no slots where there is none', () => {
    expect(idsFor({ gateway: { enabled: false } })).toEqual(['settled:4.5', 'edge-retired']);
  });
});
