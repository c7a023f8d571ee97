import { describe, expect, test } from 'vitest';
import { MONITORING_UNITS } from '../../../../src/services/monitoring/programs.js';
import { servicesOf } from '../../../../src/services/registry/services.js';
import { dropIns, targetUnits, unitsLeftAlone } from '../../../../src/services/registry/units.js';
import { testConfig } from '../../../support/config.js';

const config = testConfig({ gateway: { enabled: true, api_key: 'mT6wQn3xVb8zKd1r', replicas: 1 } });
const services = servicesOf(config, { standby: null, postgres: 17 });
const added = new Map(dropIns(config, services).map(({ unit, content }) => [unit, content]));
const green = { ...config, gateway: { ...config.gateway, active_slot: 'green' as const } };

describe('the units of vdb.target', () => {
  test('are those of the active slots', () => {
    expect(targetUnits(servicesOf(green, { standby: 'blue', postgres: 17 }))).toEqual([
      'postgresql.service',
      'redis-server.service',
      'qdrant@blue.service',
      'api-gateway@green-1.service',
      'haproxy.service',
      ...MONITORING_UNITS,
    ]);
  });

  test('are stopped with it; the cluster of PostgreSQL by its own parent', () => {
    const tied = [...added].filter(([, content]) => content.includes('PartOf=vdb.target'));
    expect(tied.map(([unit]) => unit)).toEqual([
      'postgresql.service',
      'redis-server.service',
      'qdrant@.service',
      'api-gateway@.service',
      'haproxy.service',
      ...MONITORING_UNITS,
    ]);
  });

  test('are ordered whichever slot is active, so that no switch changes it', () => {
    expect(added.get('haproxy.service')).toContain(
      'After=qdrant@blue.service qdrant@green.service api-gateway@blue-1.service api-gateway@green-1.service\n',
    );
    expect(dropIns(green, servicesOf(green, { standby: 'blue', postgres: 17 }))).toEqual(
      dropIns(config, services),
    );
  });

  test('start again when they end unasked; only PostgreSQL has to be told so', () => {
    expect(added.get('postgresql@17-main.service')).toBe(
      `# Written by vdb: changes here are overwritten.
[Unit]
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Restart=on-failure
RestartSec=5
`,
    );
    expect(added.get('redis-server.service')).not.toContain('Restart=');
    expect(added.get('redis-server.service')).toContain('RestartSec=5');
    expect(added.get('qdrant@.service')).not.toContain('[Service]');
  });

  test('have no drop-in where they are switched off', () => {
    const off = { enabled: false };
    const without = testConfig({ gateway: off, redis: off, monitoring: off });
    const found = dropIns(without, servicesOf(without, { standby: null, postgres: 17 }));
    expect(unitsLeftAlone(found, 17)).toEqual([
      'redis-server.service',
      'api-gateway@.service',
      'haproxy.service',
      ...MONITORING_UNITS,
    ]);
    expect(unitsLeftAlone(dropIns(config, services), 17)).toEqual([]);
  });
});
