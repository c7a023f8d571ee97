import { readFile } from 'node:fs/promises';
import type { Plan } from '../../engine/plan.js';
import { differences, parsePlan } from '../../engine/saved-plan.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Handler } from '../context.js';
import { type ConvergeTasksOptions, convergeTasks } from '../run.js';
import { withSession } from '../session.js';

const MOST_LINES = 10;

/** `vdb apply PLAN`: applies a saved plan if the host and the configuration still are as they were. */
export const apply: Handler<Pick<ConvergeTasksOptions, 'report'>> = async (context) => {
  const path = context.args[0] as string;
  const saved = await readPlan(path);
  const { TASKS } = await import('../../../tasks/index.js');
  const ids = new Set(saved.tasks.map(({ id }) => id));
  const tasks = TASKS.filter(({ id }) => ids.has(id));
  const host = context.global.host ?? saved.host;
  const chosen = { ...context, global: { ...context.global, host } };
  return withSession(chosen, (session) => {
    const accept = (fresh: Plan): void => assertSame(saved, fresh, path);
    return convergeTasks(chosen, session, tasks, { ...context.options, accept });
  });
};

/** Reads a saved plan. Throws with exit code 2 and the path when it is not one. */
async function readPlan(path: string): Promise<Plan> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw notAPlan(path, messageOf(error));
  });
  try {
    return parsePlan(text);
  } catch (error) {
    throw notAPlan(path, messageOf(error));
  }
}

function notAPlan(path: string, why: string): VdbError {
  return new VdbError(`${path} is not a plan that can be applied: ${why}`, {
    code: 'plan.unreadable',
    exitCode: EXIT.usage,
    meaning: 'Plans are written by `vdb provision --plan -o FILE`. Nothing was changed.',
    next: 'vdb provision --plan -o FILE',
  });
}

/** Throws `plan.stale` when the fresh plan is not the saved one. Nothing has been changed by then. */
function assertSame(saved: Plan, fresh: Plan, path: string): void {
  const moved = differences(saved, fresh);
  if (moved.length === 0) return;
  const more = moved.length - MOST_LINES;
  const lines = more > 0 ? [...moved.slice(0, MOST_LINES - 1), `and ${more + 1} more`] : moved;
  throw new VdbError(`${path} no longer fits ${fresh.host}, so nothing was changed`, {
    code: 'plan.stale',
    exitCode: EXIT.notReady,
    host: fresh.target,
    meaning: lines.join('\n'),
    next: 'vdb provision --plan -o FILE',
  });
}
