import { VdbError } from '../errors.js';
import { CommandError, type Host } from '../host/host.js';
import { aptTransaction, explainApt } from '../resources/apt.js';
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

/** Installs the missing packages of a whole run in one apt transaction. Never throws: the outcome has the error. */
export async function installPackages(
  host: Host,
  packages: readonly string[],
  onEvent: OnEvent,
): Promise<StepOutcome> {
  const command = aptTransaction(packages);
  const step = { task: 'packages', resource: 'packages' };
  onEvent({ type: 'step-started', ...step, title: 'packages', summary: command.title });
  const started = performance.now();
  const error = await host
    .run(command, { onLine: (line) => onEvent({ type: 'step-output', ...step, line }) })
    .then(() => undefined, explainedPackages);
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

function explainedPackages(thrown: unknown): VdbError {
  const error = asVdbError(thrown);
  const explanation = error instanceof CommandError ? explainApt(error.result) : null;
  return new VdbError(error.message, {
    ...error.details,
    step: 'packages',
    ...(explanation ?? {}),
    cause: error,
  });
}
