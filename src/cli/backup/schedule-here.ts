import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { convergeHere, lookHere } from '../../backup/schedule/here.js';
import {
  chooseMeans,
  type HereJob,
  jobName,
  type Machine,
  meansHere,
} from '../../backup/schedule/here-place.js';
import { hereState, lingers } from '../../backup/schedule/here-state.js';
import type { Means } from '../../backup/schedule/place.js';
import { sessionNeeds, sshNeeds } from '../../backup/schedule/unattended.js';
import { readSource } from '../../config/source.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { PACKAGE } from '../../package.js';
import type { CommandContext } from '../context.js';
import { type Configured, chooseHost, loadForRun } from '../session.js';
import { assertEnabled, type ScheduleAction, tell } from './schedule-server.js';

/** `vdb backup schedule --on here`: this machine is no host with a lock, and nothing on the server is touched. */
export const scheduleHere: Record<'show' | 'install' | 'remove', ScheduleAction> = {
  show: async (context) => {
    const { job, machine, configured } = await prepared(context);
    const means = await meansHere(machine, job);
    const { backup } = configured.config;
    return tell(context, {
      host: job.host,
      on: 'here',
      enabled: backup.enabled,
      means,
      schedule: backup.schedule,
      release: null,
      differences: means === null ? [] : await lookHere(machine, job, means),
      ...(await hereState(machine, job, means)),
    });
  },
  install: async (context, request) => {
    const { job, machine, configured } = await prepared(context);
    assertEnabled(configured);
    const means = await chooseMeans(machine, job, request.means);
    for (const need of await needs(context, configured, machine)) context.terminal.alert(`warning ${need}`);
    return done(context, { machine, job, means, plan: request.plan });
  },
  remove: async (context, { plan }) => {
    const { job, machine } = await prepared(context);
    return done(context, { machine, job, means: null, plan });
  },
};

interface Prepared {
  configured: Configured;
  job: HereJob;
  machine: Machine;
}

async function prepared(context: CommandContext): Promise<Prepared> {
  const configured = await loadForRun(context);
  const { config, file } = configured;
  const { name: host } = chooseHost(config, context.global.host);
  const vdb = join(PACKAGE, 'bin/vdb');
  const job = { host, schedule: config.backup.schedule, node: process.execPath, vdb, config: file };
  return { configured, job, machine: machineOf(context.env) };
}

function machineOf(env: NodeJS.ProcessEnv): Machine {
  const root = process.getuid?.() === 0;
  const scope = root ? [] : ['--user'];
  return {
    root,
    home: env.HOME || homedir(),
    top: '/',
    env,
    systemctl: async (args) => {
      const { execa } = await import('execa');
      const {
        exitCode = 127,
        stdout,
        stderr,
      } = await execa('systemctl', [...scope, ...args], {
        reject: false,
        env: { LC_ALL: 'C.UTF-8', TZ: 'UTC' },
        stdin: 'ignore',
      });
      return { exitCode, stdout, stderr };
    },
  };
}

async function needs(context: CommandContext, configured: Configured, machine: Machine): Promise<string[]> {
  const { data } = await readSource(configured.file);
  const host = chooseHost(configured.config, context.global.host);
  const lingering = machine.root || (await lingers(userInfo().username));
  return [
    ...sessionNeeds(data, context.env),
    ...(await sshNeeds(host, context.env)),
    ...(lingering
      ? []
      : [
          'a timer of yours runs only while you are logged in; to have it run always: loginctl enable-linger',
        ]),
  ];
}

interface Wanted {
  machine: Machine;
  job: HereJob;
  means: Means | null;
  plan: boolean;
}

/** The same words and events whether something is to be there or to be gone. */
async function done(context: CommandContext, { machine, job, means, plan }: Wanted): Promise<ExitCode> {
  const changes = plan ? await lookHere(machine, job, means) : await convergeHere(machine, job, means);
  context.emit({
    type: 'result',
    status: plan ? 'planned' : 'done',
    host: job.host,
    on: 'here',
    changed: changes.length,
    changes,
    exit_code: EXIT.ok,
  });
  if (context.global.json) return EXIT.ok;
  const { terminal } = context;
  for (const line of changes) (plan ? terminal.out : terminal.err)(`  ${line}`);
  const what = means === null ? 'is not scheduled' : `is scheduled as ${jobName(job)}`;
  const sum = changes.length === 0 ? 'nothing to change' : `${changes.length} changed`;
  terminal.err(
    plan
      ? `${changes.length} to change on this machine`
      : `The backup of ${job.host} ${what} on this machine: ${sum}.`,
  );
  return EXIT.ok;
}
