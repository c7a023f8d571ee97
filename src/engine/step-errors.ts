import { EXIT, messageOf, VdbError } from '../errors.js';
import { CommandError, type Host } from '../host/host.js';
import type { Step } from './plan.js';
import type { Change, Resource } from './resource.js';

/** Where a step failed and how to try again. */
interface Place {
  host: Host;
  /** The command line that does it again. */
  again: string;
}

/** Anything thrown, as an error that can be shown. What is no `VdbError` is a bug of ours, and says so. */
export function asVdbError(error: unknown): VdbError {
  if (error instanceof VdbError) return error;
  return new VdbError(`Unexpected error: ${messageOf(error)}`, {
    code: 'internal',
    exitCode: EXIT.failed,
    meaning: 'This is a bug in vdb.',
    ...(error instanceof Error && error.stack !== undefined ? { stderr: error.stack } : {}),
    cause: error,
  });
}

/** The command's error with the step's name, and with the resource's explanation of what it means. */
export function explained(error: unknown, step: Step, again: string): VdbError {
  const base = asVdbError(error);
  const explanation = base instanceof CommandError ? explain(step.resource, base) : null;
  return new VdbError(base.message, {
    ...base.details,
    step: `${step.task.id} ${step.resource.title}`,
    ...(explanation ?? {}),
    next: explanation?.next ?? base.details.next ?? again,
    cause: base,
  });
}

function explain(resource: Resource, error: CommandError): { meaning: string; next: string } | null {
  return resource.explain?.(error.result) ?? null;
}

/** A change that vdb will not make by itself. */
export function refusal({ host }: Place, step: Step, change: Change): VdbError {
  return new VdbError(change.refused?.why ?? change.summary, {
    code: 'step.refused',
    exitCode: EXIT.failed,
    host: host.target,
    step: `${step.task.id} ${step.resource.title}`,
    ...(change.refused === undefined ? {} : { next: change.refused.next }),
  });
}

/** A step whose state could not be seen: nothing was changed. */
export function unseen({ host, again }: Place, step: Step, why: string): VdbError {
  return new VdbError(`${step.resource.title}: ${why}`, {
    code: 'step.unknown',
    exitCode: EXIT.failed,
    host: host.target,
    step: `${step.task.id} ${step.resource.title}`,
    meaning: 'Its state on the host is not known, so it is neither changed nor called done.',
    next: `Look at what was said, then run again: ${again}`,
  });
}

/** A step that still differs although its commands succeeded. */
export function unverified({ host, again }: Place, step: Step): VdbError {
  const { verdict } = step;
  const seen =
    verdict.status === 'change' || verdict.status === 'refused' ? verdict.change.summary : 'it differs';
  return new VdbError(`${step.resource.title} still differs after it was applied: ${seen}`, {
    code: 'step.not-converged',
    exitCode: EXIT.failed,
    host: host.target,
    step: `${step.task.id} ${step.resource.title}`,
    meaning: 'The commands succeeded, but a second look at the host does not show the wanted state.',
    next: `See what is different now: vdb provision --plan --only ${step.task.id}. Then: ${again}`,
  });
}
