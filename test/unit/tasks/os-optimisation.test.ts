import { describe, expect, test } from 'vitest';
import { osOptimisation } from '../../../tasks/0.2-os-optimisation.js';
import { fakeContext, resourcesOf } from '../../support/fake-task.js';

const ENABLED = { security: { firewall: { enabled: true } } };

describe('the firewall of task 0.2', () => {
  const firewall = (ports: readonly number[]) =>
    resourcesOf(osOptimisation, '0.2.7', fakeContext(ENABLED, { sshPorts: ports }));

  test('lets every port of SSH through', () => {
    const ruleset = firewall([22, 2222]).find(({ id }) => id === 'file:/etc/nftables.conf');
    expect(ruleset?.diff(null)?.content?.after).toContain('tcp dport { 22, 2222 } accept');
    expect(ruleset?.diff(null)?.refused).toBeUndefined();
  });

  test('is refused and not started where no port of SSH is known', () => {
    const resources = firewall([]);
    const ruleset = resources.find(({ id }) => id === 'file:/etc/nftables.conf');
    expect(ruleset?.diff(null)?.refused?.why).toContain('lock everybody out');
    expect(resources.map(({ id }) => id)).not.toContain('service:nftables.service');
  });
});
