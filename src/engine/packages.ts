import { VdbError } from '../errors.js';
import { CommandError, type Host } from '../host/host.js';
import { aptTransaction, explainApt } from '../resources/apt.js';
import type { Explanation } from '../resources/apt-explain.js';
import type { OnEvent, StepOutcome, TaskOutcome } from './events.js';
import type { Step } from './plan.js';
import { asVdbError } from './step-errors.js';

/** The packages that the steps' resources want and that are not installed, each once. */
export function missingPackages(steps: readonly Step[]): string[] {
  const wanted = steps
    .filter(({ verdict }) => verdict.status === 'change')
    .flatMap(({ resource }) => resource.packages ?? []);
  return [...new Set(wanted)].sort();
}

/** What the configuration says so that nothing wants any of `lacking`; null where one of them is needed in any case. */
export function whatLeavesOut(steps: readonly Step[], lacking: readonly string[]): string | null {
  const ways = steps
    .filter(({ resource }) => resource.packages?.some((name) => lacking.includes(name)))
    .map(({ resource }) => resource.leftOutBy ?? null);
  return ways.length === 0 || ways.includes(null) ? null : [...new Set(ways)].join(', ');
}

/** Installs the missing packages of a whole run in one apt transaction. Never throws: the outcome has the error. */
export async function installPackages(
  host: Host,
  steps: readonly Step[],
  onEvent: OnEvent,
): Promise<StepOutcome> {
  const packages = missingPackages(steps);
  const command = aptTransaction(packages);
  const step = { task: 'packages', resource: 'packages' };
  onEvent({ type: 'step-started', ...step, title: 'packages', summary: command.title });
  const started = performance.now();
  const error = await host
    .run(command, { onLine: (line) => onEvent({ type: 'step-output', ...step, line }) })
    .then(
      () => undefined,
      (thrown: unknown) => explainedPackages(thrown, steps, packages),
    );
  const outcome = packagesOutcome(packages, started, error);
  onEvent({ type: 'step-finished', step: outcome });
  return outcome;
}

function packagesOutcome(packages: readonly string[], started: number, error?: VdbError): StepOutcome {
  return {
    task: 'packages',
    subtask: 'packages',
    resource: 'packages',
    title: 'packages',
    status: error === undefined ? 'changed' : 'failed',
    action: 'install',
    summary: `${packages.length} packages and what they need, in one transaction`,
    durationMs: performance.now() - started,
    ...(error === undefined ? {} : { error }),
  };
}

/** The transaction as a task of its own in the outcome of the run. */
export function packagesTask(step: StepOutcome): TaskOutcome {
  return {
    id: 'packages',
    title: 'Packages',
    status: step.status === 'changed' ? 'changed' : 'failed',
    steps: [step],
    startedAt: new Date(Date.now() - step.durationMs).toISOString(),
    durationMs: step.durationMs,
  };
}

function explainedPackages(thrown: unknown, steps: readonly Step[], packages: readonly string[]): VdbError {
  const error = asVdbError(thrown);
  const explanation = error instanceof CommandError ? explainApt(error.result) : null;
  return new VdbError(error.message, {
    ...error.details,
    step: 'packages',
    ...(explanation === null ? {} : advice(explanation, steps, packages)),
    cause: error,
  });
}

/** Where apt names none, all that are missing cannot be had. */
function advice(
  { meaning, next, lacking }: Explanation,
  steps: readonly Step[],
  packages: readonly string[],
): { meaning: string; next: string } {
  const way = lacking && whatLeavesOut(steps, lacking.length > 0 ? lacking : packages);
  return { meaning, next: way ? `${next} Where they cannot be had, ${way} leaves them out.` : next };
}
