import type { Step } from '../../engine/plan.js';
import { type Check, defineCheck, type Verdict } from '../check.js';
import { fail, pass, unknown, whenThere } from '../verdict.js';

const drift = defineCheck<readonly Step[]>({
  id: 'drift',
  group: 'drift',
  severity: 'error',
  title: 'The host equals its configuration',
  looksAt: 'everything that vdb provision manages, by making its plan',
  why: 'What was changed by hand is lost at the next provision, or was a mistake that nobody noticed.',
  look: ({ plan }) => plan(),
  judge: ([plan]) => whenThere(plan, 'there is no plan', judgeSteps),
  remedy: 'Look at the plan, then provision; or take the change into the configuration.',
});

/** A step that differs fails, one that could not be seen makes it unknown; what is not ours is said. */
function judgeSteps(steps: readonly Step[]): Verdict {
  const of = (...statuses: Step['verdict']['status'][]): Step[] =>
    steps.filter(({ verdict }) => statuses.includes(verdict.status));
  const optional = steps.filter(isOptional);
  const differing = of('change', 'refused').filter((step) => !isOptional(step));
  const unseen = of('unknown');
  const left = [...of('foreign', 'left-out'), ...optional];
  if (differing.length > 0) {
    const seen = `${differing.length} of ${steps.length} steps would change`;
    const tasks = [
      ...new Set(
        of('change')
          .filter((step) => !isOptional(step))
          .map(({ task }) => task.id),
      ),
    ];
    return {
      ...fail(seen, 'no difference', [...differing, ...unseen].map(stepLine)),
      ...(tasks.length === 0 ? {} : { fix: tasks.join(',') }),
    };
  }
  if (unseen.length > 0) {
    return {
      ...unknown(`${unseen.length} of ${steps.length} steps not seen`),
      details: unseen.map(stepLine),
    };
  }
  const beside = left.length === 0 ? '' : `, ${left.length} left out`;
  return { ...pass(`${steps.length} steps as configured${beside}`), details: left.map(stepLine) };
}

/** What vdb refuses to change is never optional. */
function isOptional({ verdict }: Step): boolean {
  return verdict.status === 'change' && verdict.change.optional !== undefined;
}

function stepLine({ task, resource, verdict }: Step): string {
  const head = `${task.id} ${resource.title}`;
  switch (verdict.status) {
    case 'ok':
      return head;
    case 'change':
      return `${head}: ${verdict.change.optional === undefined ? '' : `${verdict.change.optional}, `}${verdict.change.summary}`;
    case 'refused':
      return `${head}: ${verdict.change.refused?.why ?? verdict.change.summary}`;
    default:
      return `${head}: ${verdict.why}`;
  }
}

export const driftChecks: readonly Check[] = [drift];
