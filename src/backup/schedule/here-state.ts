import { type HereJob, jobName, type Machine } from './here-place.js';
import { isoOf, type LastRun, lastRunOf } from './last-run.js';
import { onCalendar } from './on-calendar.js';
import type { Means } from './place.js';
import { serviceOf, stampOf, unitsOf } from './state.js';

/** When the job ran last on this machine, how it ended, and when it runs next; of cron only the last is known. */
export async function hereState(
  machine: Machine,
  job: HereJob,
  means: Means | null,
): Promise<{ last: LastRun | null; next: string | null }> {
  if (means === 'cron') return { last: null, next: await nextOfCron(job) };
  if (means === null) return { last: null, next: null };
  const name = jobName(job);
  const properties =
    'Id,LoadState,ActiveState,Result,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,NextElapseUSecRealtime';
  const { stdout } = await machine.systemctl([
    'show',
    '--timestamp=unix',
    '-p',
    properties,
    '--',
    `${name}.timer`,
    `${name}.service`,
  ]);
  const units = unitsOf(stdout);
  const next = stampOf(units.get(`${name}.timer`)?.get('NextElapseUSecRealtime'));
  const service = serviceOf(units.get(`${name}.service`));
  return { last: lastRunOf({ service }, [], []), next: next === null ? null : isoOf(next) };
}

/** systemd computes it where it is there. */
async function nextOfCron({ schedule }: HereJob): Promise<string | null> {
  const { execa } = await import('execa');
  const { exitCode, stdout } = await execa('systemd-analyze', ['calendar', ...onCalendar(schedule)], {
    reject: false,
    env: { LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  });
  if (exitCode !== 0) return null;
  const times = [...stdout.matchAll(/Next elapse: \w+ (\S+) (\S+) UTC/g)].map(
    ([, day, time]) => `${day}T${time}Z`,
  );
  return times.sort()[0] ?? null;
}

/** Whether timers of an account run while it is not logged in. */
export async function lingers(user: string): Promise<boolean> {
  const { execa } = await import('execa');
  const { stdout } = await execa('loginctl', ['show-user', '-p', 'Linger', '--', user], { reject: false });
  return stdout.includes('Linger=yes');
}
