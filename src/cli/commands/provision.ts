import { writeFile } from 'node:fs/promises';
import type { RunOutcome } from '../../engine/events.js';
import { changeCount, lookAll, type Plan, planOf, type Step } from '../../engine/plan.js';
import { type Selection, selectTasks } from '../../engine/select.js';
import type { Task } from '../../engine/task.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { takeLock } from '../../host/lock.js';
import { preflight } from '../../host/preflight.js';
import { planSummary, planText } from '../../ui/plan.js';
import type { CommandContext, Handler } from '../context.js';
import { armInterrupt } from '../interrupt.js';
import { type RunOptions, runSteps } from '../run.js';
import { operator, type Session, taskContext, withSession } from '../session.js';

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

/** The steps of the tasks as they are now, and the plan that they amount to. */
export async function lookAndPlan(
  session: Session,
  tasks: readonly Task[],
  known?: Awaited<ReturnType<typeof taskContext>>,
): Promise<{ steps: Step[]; plan: Plan }> {
  const facts = known ?? (await taskContext(session));
  preflight(facts.facts);
  const steps = await lookAll(session.host, tasks, facts);
  const { hostConfig, host, digest, gate } = session;
  const plan = planOf({ name: hostConfig.name, target: host.target }, digest, steps, gate.redactor);
  return { steps, plan };
}

/** Takes the lock, looks, applies what differs and verifies. `accept` may refuse the fresh plan. */
export async function convergeTasks(
  context: CommandContext<RunOptions>,
  session: Session,
  tasks: readonly Task[],
  options: RunOptions & { accept?: (plan: Plan) => void },
): Promise<ExitCode> {
  const interrupt = armInterrupt((text) => context.terminal.err(text));
  try {
    const { host, hostConfig } = session;
    const what = `vdb ${context.global.lab === undefined ? '' : `--lab ${context.global.lab} `}provision`;
    const [lock, known] = await Promise.all([
      takeLock(host, { who: operator(), what, since: new Date().toISOString() }),
      taskContext(session),
    ]);
    try {
      const { steps, plan } = await lookAndPlan(session, tasks, known);
      options.accept?.(plan);
      if (!context.global.json)
        context.terminal.err(`${hostConfig.name} (${host.target}): ${planSummary(plan)}`);
      const outcome = await runSteps(context, session, steps, what, interrupt.signal, known);
      return exitCodeOf(outcome);
    } finally {
      await lock.release();
    }
  } finally {
    interrupt.disarm();
  }
}

/** A refused change is a failure: the host is not in the state that was asked for. */
export function exitCodeOf(outcome: RunOutcome): ExitCode {
  if (outcome.interrupted) return EXIT.interrupted;
  return outcome.failed + outcome.refused > 0 ? EXIT.failed : EXIT.ok;
}
