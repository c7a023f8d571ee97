import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, VdbError } from '../../errors.js';
import { existsFile, replaceFile } from '../../files.js';
import { backupCommand, JOB, type Means } from './place.js';
import { cronText, operatorService, timerUnit } from './render.js';

/** This machine, as far as a schedule is concerned. */
export interface Machine {
  root: boolean;
  home: string;
  /** `/`, but for tests. */
  top: string;
  env: NodeJS.ProcessEnv;
  systemctl: Systemctl;
}

export type Systemctl = (
  args: readonly string[],
) => Promise<{ exitCode: number; stdout: string; stderr: string }>;

/** The job: with which programs and which configuration the backup of which host is to run, and when. */
export interface HereJob {
  host: string;
  schedule: string;
  /** Absolute. */
  node: string;
  vdb: string;
  config: string;
}

/** A file that is to be there with this text, or not at all. */
export interface HereFile {
  path: string;
  text: string | null;
}

/** The host is named for people; the rest tells configurations apart that call their hosts alike. Pure. */
export function jobName({ host, config }: Pick<HereJob, 'host' | 'config'>): string {
  const mark = createHash('sha256').update(`${config}\n${host}`).digest('hex').slice(0, 8);
  return `${JOB}-${host.replaceAll(/[^A-Za-z0-9_-]/g, '-')}-${mark}`;
}

/** Where units and entries of cron go; `cron` is null for an account that has no place of its own there. Pure. */
export function placesOf({ root, home, top, env }: Omit<Machine, 'systemctl'>): {
  units: string;
  cron: string | null;
  stamps: string;
} {
  if (root)
    return {
      units: join(top, 'etc/systemd/system'),
      cron: join(top, 'etc/cron.d'),
      stamps: join(top, 'var/lib/systemd/timers'),
    };
  const settings = env.XDG_CONFIG_HOME || join(home, '.config');
  const data = env.XDG_DATA_HOME || join(home, '.local/share');
  return { units: join(settings, 'systemd/user'), cron: null, stamps: join(data, 'systemd/timers') };
}

/** All files of the job, those of the other means as absent. Null removes both. Pure but for the templates. */
export function hereFiles(
  machine: Omit<Machine, 'systemctl'>,
  job: HereJob,
  means: Means | null,
): HereFile[] {
  const { units, cron } = placesOf(machine);
  const name = jobName(job);
  const command = commandOf(job);
  const unless = (wanted: boolean, text: () => string): string | null => (wanted ? text() : null);
  return [
    {
      path: join(units, `${name}.service`),
      text: unless(means === 'timer', () => operatorService(job.host, command)),
    },
    {
      path: join(units, `${name}.timer`),
      text: unless(means === 'timer', () => timerUnit(job.host, job.schedule)),
    },
    ...(cron === null
      ? []
      : [{ path: join(cron, name), text: unless(means === 'cron', () => cronText(job.schedule, command)) }]),
  ];
}

function commandOf({ node, vdb, config, host }: HereJob): string[] {
  return backupCommand({ node, vdb, config, host });
}

/** Which of the means is there. */
export async function meansHere(machine: Machine, job: HereJob): Promise<Means | null> {
  const [service, timer, cron] = hereFiles(machine, job, null);
  if (service !== undefined && (await existsFile(service.path))) return 'timer';
  if (timer !== undefined && (await existsFile(timer.path))) return 'timer';
  return cron !== undefined && (await existsFile(cron.path)) ? 'cron' : null;
}

/** Throws `schedule.means` for a machine or an account that has none of what was asked for. */
export async function chooseMeans(machine: Machine, job: HereJob, wanted: Means | undefined): Promise<Means> {
  const systemd = await existsFile(join(machine.top, 'run/systemd/system'));
  const means = wanted ?? (systemd ? 'timer' : 'cron');
  if (means === 'timer' && !systemd)
    throw refused('systemd does not run on this machine', 'Use cron: --with cron');
  if (means === 'cron' && placesOf(machine).cron === null) {
    const line = cronText(job.schedule, commandOf(job))
      .trimEnd()
      .split('\n')
      .at(-1)
      ?.replace(' root nice', ' nice');
    throw refused(
      'Only root can write to /etc/cron.d',
      `Use --with timer, or put this line into crontab -e: ${line}`,
    );
  }
  return means;
}

function refused(message: string, next: string): VdbError {
  return new VdbError(`${message}, so the backup was not scheduled`, {
    code: 'schedule.means',
    exitCode: EXIT.failed,
    next,
  });
}

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
