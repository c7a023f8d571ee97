import { writeFile } from 'node:fs/promises';
import { type Plan, stepCount } from '../../engine/plan.js';
import { type Selection, selectTasks } from '../../engine/select.js';
import type { Task } from '../../engine/task.js';
import { EXIT, type ExitCode, messageOf, VdbError } from '../../errors.js';
import { planText } from '../../ui/plan.js';
import type { CommandContext, Handler } from '../context.js';
import { planExitCode } from '../outcome.js';
import { convergeTasks, lookAndPlan } from '../run.js';
import { type Session, withSession } from '../session.js';

export interface ProvisionOptions {
  plan?: boolean;
  out?: string;
  only?: string;
  skip?: string;
  from?: string;
  report?: string;
}

/** `vdb provision`: plan and apply the selected tasks, or with `--plan` only show what would change. */
export const provision: Handler<ProvisionOptions> = async (context) => {
  const { options } = context;
  if (options.out !== undefined && !options.plan) {
    throw new VdbError('--out saves a plan, so it goes with --plan', { code: 'usage', exitCode: EXIT.usage });
  }
  const { TASKS } = await import('../../../tasks/index.js');
  const tasks = selectTasks(TASKS, selectionOf(options));
  return withSession(context, (session) =>
    options.plan
      ? showPlan(context, session, tasks, options.out)
      : convergeTasks(context, session, tasks, options),
  );
};

/** `--only 0.4,3.1` and its relatives as data. */
export function selectionOf(options: Pick<ProvisionOptions, 'only' | 'skip' | 'from'>): Selection {
  const list = (text: string): string[] =>
    text
      .split(',')
      .map((id) => id.trim())
      .filter((id) => id !== '');
  return {
    ...(options.only === undefined ? {} : { only: list(options.only) }),
    ...(options.skip === undefined ? {} : { skip: list(options.skip) }),
    ...(options.from === undefined ? {} : { from: options.from }),
  };
}

/** Looks and shows. The gate stays closed: nothing can change. Exit code as applying it would have. */
export async function showPlan(
  context: CommandContext<ProvisionOptions>,
  session: Session,
  tasks: readonly Task[],
  out: string | undefined,
): Promise<ExitCode> {
  const { plan } = await lookAndPlan(session, tasks);
  if (out !== undefined) await save(plan, out);
  const { terminal, emit } = context;
  const exitCode = planExitCode(plan);
  emit({ type: 'plan', plan });
  emit({
    type: 'result',
    status: 'planned',
    changes: stepCount(plan, 'change'),
    refused: stepCount(plan, 'refused'),
    unknown: stepCount(plan, 'unknown'),
    exit_code: exitCode,
  });
  if (!context.global.json) {
    terminal.out(planText(plan, terminal.color.out));
    if (out !== undefined) terminal.err(`Saved as ${out}; apply exactly this with: vdb apply ${out}`);
  }
  return exitCode;
}

async function save(plan: Plan, path: string): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw new VdbError(`The plan cannot be saved: ${messageOf(error)}`, {
      code: 'plan.unwritable',
      exitCode: EXIT.usage,
      next: 'Give --out a path that can be written to.',
    });
  }
}
