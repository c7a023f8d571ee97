import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, VdbError } from '../../errors.js';
import { replaceFile } from '../../files.js';
import { type HereFile, type HereJob, hereFiles, jobName, type Machine, placesOf } from './here-place.js';
import type { Means } from './place.js';

/** What differs from the files and, for a timer, from one that is enabled and waits: a line each. */
export async function lookHere(machine: Machine, job: HereJob, means: Means | null): Promise<string[]> {
  const lines = await Promise.all(hereFiles(machine, job, means).map(differenceOf));
  const timer = await timerState(machine, job);
  const waiting = timer.enabled && timer.active;
  if (means === 'timer' && !waiting) lines.push(`${jobName(job)}.timer: enable and start it`);
  if (means !== 'timer' && (timer.enabled || timer.active))
    lines.push(`${jobName(job)}.timer: stop and disable it`);
  return lines.filter((line) => line !== null);
}

async function differenceOf({ path, text }: HereFile): Promise<string | null> {
  const have = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  });
  if (have === text) return null;
  if (text === null) return `${path}: remove it`;
  return have === null ? `${path}: create it` : `${path}: content differs`;
}

interface TimerState {
  enabled: boolean;
  active: boolean;
}

async function timerState({ systemctl }: Machine, job: HereJob): Promise<TimerState> {
  const unit = `${jobName(job)}.timer`;
  const { stdout } = await systemctl(['show', '-p', 'ActiveState,UnitFileState', '--', unit]);
  return { enabled: /^UnitFileState=enabled$/m.test(stdout), active: /^ActiveState=active$/m.test(stdout) };
}

/**
 * Brings this machine to the schedule, or with null to none, and looks again. Gives what was done, a line each.
 * Throws `schedule.here` when it is not so afterwards.
 */
export async function convergeHere(machine: Machine, job: HereJob, means: Means | null): Promise<string[]> {
  const due = await lookHere(machine, job, means);
  if (due.length === 0) return due;
  const timer = `${jobName(job)}.timer`;
  if (means !== 'timer' && (await timerState(machine, job)).active)
    await run(machine, ['disable', '--now', '--', timer]);
  for (const { path, text } of hereFiles(machine, job, means)) {
    if (text === null) await rm(path, { force: true });
    else await replaceFile(path, text);
  }
  await settle(machine, job, means);
  const left = await lookHere(machine, job, means);
  if (left.length > 0) throw unsettled(left.join('; '));
  return due;
}

/** systemd reads units when it is told to, and a timer that waits takes its new times then. */
async function settle(machine: Machine, job: HereJob, means: Means | null): Promise<void> {
  const name = jobName(job);
  if (means === 'timer') {
    await run(machine, ['daemon-reload']);
    await run(machine, ['enable', '--now', '--', `${name}.timer`]);
    return;
  }
  await machine.systemctl(['daemon-reload']);
  await machine.systemctl(['reset-failed', '--', `${name}.service`]);
  await rm(join(placesOf(machine).stamps, `stamp-${name}.timer`), { force: true });
}

async function run({ systemctl, root }: Machine, args: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await systemctl(args);
  if (exitCode !== 0)
    throw unsettled(`systemctl ${root ? '' : '--user '}${args.join(' ')}: ${stderr.trim()}`);
}

function unsettled(why: string): VdbError {
  return new VdbError(`The backup could not be scheduled on this machine: ${why}`, {
    code: 'schedule.here',
    exitCode: EXIT.failed,
    next: 'See systemctl status (for an account of its own: systemctl --user status), then run the same command again.',
  });
}
