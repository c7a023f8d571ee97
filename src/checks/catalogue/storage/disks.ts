import { ask, type Observation } from '../../../host/probe.js';
import { type Raid, readRaids } from '../../answers/kernel.js';
import { type Check, type CheckContext, defineCheck, inContainer, type Verdict } from '../../check.js';
import { kernelText } from '../../probes/kernel.js';
import { type DiskHealth, diskHealth } from '../../probes/smart.js';
import { fail, pass, skip, unknown, warn, whenThere } from '../../verdict.js';

const EXPECTED = 'whole arrays, and disks that call themselves healthy';

/**
 * Only the disks of a machine of its own say anything about themselves: those of a VM are files elsewhere. A
 * machine of which that is not known (an empty name: systemd-detect-virt is missing) is asked like one of its own.
 */
function virtual({ facts }: CheckContext): string | undefined {
  const value = facts.status === 'known' ? facts.value?.virtualisation : undefined;
  return value === 'none' || value === '' ? undefined : value;
}

const disks = defineCheck<unknown>({
  id: 'storage.disks',
  group: 'storage',
  severity: (context) => (inContainer(context) ? 'warning' : 'error'),
  title: 'Arrays are whole and disks healthy',
  looksAt:
    'software RAID in /proc/mdstat; SMART where smartctl is installed and the machine is not known to be virtual',
  why: 'An array that has lost a disk loses everything with the next one; a disk often says so before it fails.',
  probe: (context) => [
    ask(kernelText, '/proc/mdstat'),
    ...(virtual(context) === undefined ? [ask(diskHealth, null)] : []),
  ],
  judge: ([text, health], context) =>
    whenThere(text && readRaids(text as Observation<string>), 'the kernel says nothing of arrays', (raids) =>
      judgeDisks(raids, health as Observation<DiskHealth[]> | undefined, context),
    ),
  remedy: 'Take a backup, then replace the disk that failed; to see SMART install smartmontools.',
  inspect: () => 'cat /proc/mdstat; smartctl --scan; smartctl -H /dev/sda',
});

function judgeDisks(
  raids: readonly Raid[],
  health: Observation<DiskHealth[]> | undefined,
  context: CheckContext,
): Verdict {
  const degraded = raids.filter((raid) => raid.degraded).map(({ name }) => name);
  if (degraded.length > 0) return fail(`degraded: ${degraded.join(', ')}`, EXPECTED);
  const whole = raids.length === 0 ? 'no software RAID' : `${raids.map(({ name }) => name).join(', ')} whole`;
  const where = virtual(context);
  if (where !== undefined) {
    const seen = `${whole}; the disks below ${where} are not this host's to ask`;
    return raids.length === 0 ? skip(seen) : pass(seen);
  }
  if (health?.status === 'known' && health.value === null)
    return warn(`${whole}; smartctl is not installed, so SMART was not looked at`, EXPECTED);
  return whenThere(health, 'smartctl says nothing', (disks) => judgeHealth(disks, whole));
}

function judgeHealth(disks: readonly DiskHealth[], whole: string): Verdict {
  const of = (passed: boolean | null): string[] =>
    disks.filter((disk) => disk.passed === passed).map(({ device }) => device);
  if (of(false).length > 0) return fail(`SMART calls ${of(false).join(', ')} failing`, EXPECTED);
  if (of(null).length > 0) return unknown(`SMART of ${of(null).join(', ')} could not be read`);
  if (disks.length === 0) return warn(`${whole}; smartctl finds no disk`, EXPECTED);
  return pass(`${whole}; SMART of ${of(true).join(', ')} passed`);
}

export const diskChecks: readonly Check[] = [disks];
