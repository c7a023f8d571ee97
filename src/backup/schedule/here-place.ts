import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { EXIT, VdbError } from '../../errors.js';
import { existsFile } from '../../files.js';
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
    throw refused(
      'systemd does not run on this machine',
      'vdb backup schedule install --on here --with cron',
    );
  if (means === 'cron' && placesOf(machine).cron === null) {
    const line = cronText(job.schedule, commandOf(job))
      .trimEnd()
      .split('\n')
      .at(-1)
      ?.replace(' root nice', ' nice');
    throw refused(
      'Only root can write to /etc/cron.d',
      `vdb backup schedule install --on here --with timer, or put this line into crontab -e: ${line}`,
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
