import { factsProbe } from '../../host/facts.js';
import { SUPPORTED_OS } from '../../host/preflight.js';
import { ask } from '../../host/probe.js';
import { type Check, defineCheck } from '../check.js';
import { slotUnit } from '../place.js';
import { openFileLimit } from '../probes/open-files.js';
import { failedUnits } from '../probes/units.js';
import { expect, whenThere } from '../verdict.js';

const os = defineCheck({
  id: 'host.os',
  group: 'host',
  severity: 'critical',
  title: 'The operating system is supported',
  looksAt: '/etc/os-release',
  why: 'vdb knows the packages of these releases; others get no security updates or other versions.',
  probe: () => ask(factsProbe, null),
  judge: ([facts]) =>
    whenThere(facts, 'the facts of the host could not be read', ({ os }) =>
      expect(
        SUPPORTED_OS.some(({ id, version }) => id === os.id && version === os.version),
        os.name,
        SUPPORTED_OS.map(({ id, version }) => `${id} ${version}`).join(' or '),
      ),
    ),
  remedy: 'Move to a host with a supported release.',
});

const units = defineCheck({
  id: 'host.failed-units',
  group: 'host',
  severity: 'error',
  title: 'No unit has failed',
  looksAt: 'the list of failed systemd units',
  why: 'A failed unit is something that was meant to run and does not.',
  probe: () => ask(failedUnits, null),
  judge: ([names]) =>
    whenThere(names, 'systemd gave no list', (failed) =>
      expect(failed.length === 0, failed.length === 0 ? 'none' : failed.join(', '), 'no failed unit'),
    ),
  remedy: 'Read why they failed, repair and start them, or clear them with `systemctl reset-failed`.',
  inspect: () => 'systemctl --failed',
});

const openFiles = defineCheck({
  id: 'host.nofile',
  group: 'host',
  severity: 'error',
  title: 'Qdrant may open enough files',
  looksAt: 'the limit of open files of the running process',
  why: 'Every segment is several files; without files left Qdrant panics in the middle of a write.',
  probe: ({ slot }) => ask(openFileLimit, slotUnit(slot)),
  judge: ([limit], { config }) =>
    whenThere(limit, 'the process gives no limit', (value) =>
      expect(value >= config.qdrant.nofile, `${value} files`, `at least ${config.qdrant.nofile}`),
    ),
  remedy: 'Restart the unit with the configured LimitNOFILE; the limit of a container may be lower still.',
  inspect: ({ slot }) => `systemctl show -p LimitNOFILE ${slotUnit(slot)}`,
  fix: '1.1',
});

export const hostChecks: readonly Check[] = [os, units, openFiles];
