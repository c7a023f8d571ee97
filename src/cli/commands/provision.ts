import { writeFile } from 'node:fs/promises';
import { changeCount } from '../../engine/plan.js';
import { type Selection, selectTasks } from '../../engine/select.js';
import type { Task } from '../../engine/task.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { planText } from '../../ui/plan.js';
import type { CommandContext, Handler } from '../context.js';
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
  const list = (text: string): string[] => text.split(',').map((id) => id.trim());
  return {
    ...(options.only === undefined ? {} : { only: list(options.only) }),
    ...(options.skip === undefined ? {} : { skip: list(options.skip) }),
    ...(options.from === undefined ? {} : { from: options.from }),
  };
}

/** Looks and shows. The gate stays closed: nothing can change. */
export async function showPlan(
  context: CommandContext<ProvisionOptions>,
  session: Session,
  tasks: readonly Task[],
  out: string | undefined,
): Promise<ExitCode> {
  const { plan } = await lookAndPlan(session, tasks);
  if (out !== undefined) await writeFile(out, `${JSON.stringify(plan, null, 2)}\n`);
  const { terminal, emit } = context;
  emit({ type: 'plan', plan });
  emit({ type: 'result', status: 'planned', changes: changeCount(plan), exit_code: EXIT.ok });
  if (!context.global.json) {
    terminal.out(planText(plan, terminal.color.out));
    if (out !== undefined) terminal.err(`Saved as ${out}; apply exactly this with: vdb apply ${out}`);
  }
  return EXIT.ok;
}
