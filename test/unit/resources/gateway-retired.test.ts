import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gatewayRetired } from '../../../src/resources/gateway-retired.js';
import { commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';

const retired = (keep: string[], { root = '/opt/q', standby = null as 'blue' | 'green' | null } = {}) =>
  gatewayRetired({ root, keep, standby, stopSeconds: 30 });
const running = (name: string) => ({ name, atRest: false });
const atRest = (name: string) => ({ name, atRest: true });

test('what is wanted stays', () => {
  expect(summaryOf(retired(['blue-1', 'blue-2']), 'busy blue-1\nthere blue-1\nthere blue-2\n')).toBeNull();
  expect(summaryOf(retired([]), '')).toBeNull();
});

test('a replica too many, or of another slot, is stopped and loses its settings, link and drop-ins', () => {
  const resource = retired(['green-1']);
  expect(summaryOf(resource, 'there blue-1\nbusy green-1\n')).toBe(
    'stop and remove api-gateway@blue-1.service',
  );
  const commands = commandsFor(resource, [atRest('blue-1'), running('green-1')]);
  expect(commands).toHaveLength(1);
  for (const part of [
    'systemctl stop -- api-gateway@blue-1.service',
    '/opt/q/config/gateway-blue-1.env',
    '/opt/q/gateway/blue-1',
    'rm -rf -- /etc/systemd/system/api-gateway@blue-1.service.d',
  ])
    expect(commands[0]).toContain(part);
});

test('a replica on standby is put to rest, and nothing of it is taken away', () => {
  const resource = retired(['green-1'], { standby: 'blue' });
  expect(summaryOf(resource, 'there blue-1\nbusy green-1\n')).toBeNull();
  expect(summaryOf(resource, 'busy blue-1\nthere blue-1\nbusy green-1\nbusy green-2\n')).toBe(
    'stop and remove api-gateway@green-2.service; stop api-gateway@blue-1.service, on standby',
  );
  const [rest, ...more] = commandsFor(resource, [running('blue-1'), atRest('blue-2')]);
  expect(more).toEqual([]);
  expect(rest).toContain('systemctl stop -- api-gateway@blue-1.service');
  expect(rest).toMatch(/rm -f -- \S+\.wants\/api-gateway@blue-1\.service$/m);
  expect(rest).not.toMatch(/\.env|service\.d|gateway\/blue/);
});

test('an instance is seen by its unit, its settings or its link, and nothing else is taken for one', () => {
  const root = mkdtempSync(join(tmpdir(), 'vdb-retired-'));
  mkdirSync(join(root, 'config'));
  mkdirSync(join(root, 'gateway', 'blue-9'), { recursive: true });
  writeFileSync(join(root, 'config', 'gateway-blue-2.env'), '');
  writeFileSync(join(root, 'config', 'gateway-canary.env'), '');
  symlinkSync('/nowhere', join(root, 'gateway', 'green-1'));
  const systemctl = `systemctl() { printf '%s\n' 'api-gateway@blue-1.service loaded active running x' \
    'api-gateway@blue-3.service loaded inactive dead x' 'api-gateway@mine.service loaded active running x'; }`;
  const script = `${systemctl}\n${scriptOf(retired([], { root }))}`;
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
  rmSync(root, { recursive: true });
  expect(said).toBe('busy blue-1\nthere blue-2\nthere green-1\n');
});
