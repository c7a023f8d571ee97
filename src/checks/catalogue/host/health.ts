import { ask } from '../../../host/probe.js';
import { type Check, type CheckContext, defineCheck, inContainer, type Verdict } from '../../check.js';
import { gatewayUnits, slotUnit } from '../../place.js';
import { exposure } from '../../probes/exposure.js';
import { type OomKill, type OomLog, oomKills } from '../../probes/oom.js';
import { openFileLimit } from '../../probes/open-files.js';
import { newerKernel, type RebootState, rebootState } from '../../probes/reboot.js';
import { failedUnits } from '../../probes/units.js';
import { expect, fail, pass, unknown, warn, whenThere, worst } from '../../verdict.js';

const DAYS = 7;
const DAY_MS = 86_400_000;

const oom = defineCheck<OomLog>({
  id: 'host.oom',
  group: 'host',
  severity: 'error',
  title: 'Nothing was killed for want of memory',
  looksAt: `the journal of the last ${DAYS} days: what systemd and the kernel say of the OOM killer`,
  why: 'A process that was killed lost what it had in memory, and what took the memory is still there.',
  probe: () => ask(oomKills, DAYS),
  judge: ([log], context) => whenThere(log, 'there is no journal', (value) => judgeKills(value, context)),
  remedy:
    'Find what took the memory; lower its limit or add memory. A waiver covers the days until the entry is old.',
  inspect: () => `journalctl --since -${DAYS}d --grep 'OOM killer|Killed process'`,
});

/** In a container the journal may hold what the kernel says of processes that are not this host's. */
function judgeKills({ since, kills }: OomLog, context: CheckContext): Verdict {
  if (since === null) return unknown('the journal is empty');
  const expected = `no kill in ${DAYS} days`;
  const own = inContainer(context) ? kills.filter(({ source }) => source === 'systemd') : kills;
  if (own.length > 0) return fail(killed(own), expected, own.map(line));
  if (kills.length > 0)
    return warn(`${killed(kills)}, somewhere on the machine around the container`, expected, kills.map(line));
  const whole = context.now.getTime() - since > (DAYS - 0.5) * DAY_MS;
  const reach = whole ? `none in ${DAYS} days` : `none since ${day(since)}, where the journal begins`;
  return pass(inContainer(context) ? `${reach}; the kernel's own log is the machine's` : reach);
}

function killed(kills: readonly OomKill[]): string {
  const last = kills.reduce((a, b) => (b.at > a.at ? b : a));
  return `${kills.length} killed, the last on ${day(last.at)}: ${last.who}`;
}

function line({ at, who, source }: OomKill): string {
  return `${new Date(at).toISOString()} ${source}: ${who}`;
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

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

const reboot = defineCheck<RebootState>({
  id: 'host.reboot',
  group: 'host',
  severity: 'warning',
  title: 'No reboot is due',
  looksAt: '/run/reboot-required, and the kernels in /boot against the one that runs',
  why: 'Until then the old kernel or library runs, with the holes that the update closed.',
  probe: () => ask(rebootState, null),
  judge: ([state], context) =>
    whenThere(state, 'the host says nothing', (value) => judgeReboot(value, inContainer(context))),
  remedy: 'Reboot at a quiet time, then check readiness.',
  inspect: () => 'cat /run/reboot-required.pkgs; uname -r; ls /boot',
});

/** The kernel of a container is its machine's: what lies in the container's /boot never runs. */
function judgeReboot(state: RebootState, container: boolean): Verdict {
  const newer = container ? null : newerKernel(state);
  const { required, packages, running } = state;
  if (newer !== null) return fail(`${running} runs, ${newer} is installed`, 'the newest kernel runs');
  const whom = packages.length === 0 ? '' : ` by ${packages.join(', ')}`;
  return expect(!required, required ? `a reboot is asked for${whom}` : 'none is due', 'no reboot is due');
}

/** The units that vdb writes and that run all the time. */
function ownUnits({ config, slot }: CheckContext): string[] {
  return [slotUnit(slot), ...gatewayUnits(config)];
}

const hardening = defineCheck<number>({
  id: 'host.hardening',
  group: 'host',
  severity: 'warning',
  title: 'The units are closed off from the system',
  looksAt: 'systemd-analyze security of the units that vdb writes',
  why: 'Whoever breaks into a service reaches what its unit leaves open.',
  threshold: { default: 5, unit: 'of 10, the exposure' },
  probe: (context) => ownUnits(context).map((unit) => ask(exposure, unit)),
  judge: (levels, context, limit) => {
    const verdicts = ownUnits(context).map((unit, index) =>
      whenThere(levels[index], `${unit} is not installed`, (level) =>
        expect(level <= limit, `${unit}: ${level.toFixed(1)}`, `at most ${limit.toFixed(1)}`),
      ),
    );
    return worst(verdicts, verdicts.map(({ seen }) => seen).join(', '));
  },
  remedy:
    'Remove the drop-in that loosens it (see systemctl cat) and reload systemd; provision 1.1 and 1.2 for a changed unit.',
  inspect: (context) => `systemd-analyze security ${ownUnits(context).join(' ')}`,
});

export const healthChecks: readonly Check[] = [oom, openFiles, units, reboot, hardening];
