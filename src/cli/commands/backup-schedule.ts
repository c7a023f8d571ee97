import { EXIT, VdbError } from '../../errors.js';
import type { Handler } from '../context.js';

export interface ScheduleOptions {
  on?: string;
  with?: string;
  plan?: boolean;
}

const ACTIONS = ['show', 'install', 'remove'] as const;
type Action = (typeof ACTIONS)[number];

/** `vdb backup schedule [show|install|remove]`: what starts backups, on the server or on this machine. */
export const schedule: Handler<ScheduleOptions> = async (context) => {
  const { args, options } = context;
  const action = oneOf('schedule', args[0] ?? 'show', ACTIONS);
  const on = oneOf('--on', options.on ?? 'server', ['server', 'here'] as const);
  const means =
    options.with === undefined ? undefined : oneOf('--with', options.with, ['timer', 'cron'] as const);
  assertFits(action, options);
  const { scheduleOnServer } = await import('../backup/schedule-server.js');
  const { scheduleHere } = await import('../backup/schedule-here.js');
  const run = on === 'server' ? scheduleOnServer : scheduleHere;
  return run[action](context, { means, plan: options.plan === true });
};

function assertFits(action: Action, options: ScheduleOptions): void {
  if (options.with !== undefined && action !== 'install') throw usage('--with goes with install');
  if (options.plan && action === 'show') throw usage('--plan goes with install and remove');
}

function oneOf<T extends string>(what: string, given: string, known: readonly T[]): T {
  const found = known.find((each) => each === given);
  if (found === undefined) throw usage(`${what} takes ${known.join(', ')}, not "${given}"`);
  return found;
}

function usage(message: string): VdbError {
  return new VdbError(message, {
    code: 'usage',
    exitCode: EXIT.usage,
    next: 'vdb backup schedule --help',
  });
}
