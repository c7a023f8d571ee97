import { EXIT, VdbError } from '../errors.js';

export interface Confirmation {
  /** What will be done, for the error that refuses it. */
  what: string;
  /** What it means, shown above the question whatever else is silenced. */
  warning: string;
  /** What has to be typed. */
  expected: string;
  /** `--yes` was given. */
  yes: boolean;
  /** Whether a question can be answered. */
  interactive: boolean;
  /** Shows text to the person, whatever else is silenced. */
  say(text: string): void;
  /** Asks for a line. Throws an `ExitPromptError` when the person leaves. */
  ask(question: string): Promise<string>;
}

/** Throws with exit code 2 when nobody can answer and `--yes` was not given. Call it before anything else. */
export function assertAnswerable({
  what,
  yes,
  interactive,
}: Pick<Confirmation, 'what' | 'yes' | 'interactive'>): void {
  if (yes || interactive) return;
  throw new VdbError(`${what} has to be confirmed, and there is no terminal to ask on`, {
    code: 'confirm.needed',
    exitCode: EXIT.usage,
    meaning: 'Nothing was changed.',
    next: 'Give --yes to do it without being asked.',
  });
}

/** Has `expected` typed, unless `--yes` was given. Throws when something else is typed or the prompt is left. */
export async function confirmTyped(confirmation: Confirmation): Promise<void> {
  const { what, warning, expected, yes, say, ask } = confirmation;
  assertAnswerable(confirmation);
  if (yes) return;
  say(warning);
  const answer = await ask(`Type ${expected} to go on, anything else to leave`).catch((error: unknown) => {
    throw isLeaving(error) ? notConfirmed(what, EXIT.interrupted) : error;
  });
  if (answer.trim() !== expected) throw notConfirmed(what, EXIT.failed);
}

function isLeaving(error: unknown): boolean {
  return error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
}

function notConfirmed(what: string, exitCode: typeof EXIT.failed | typeof EXIT.interrupted): VdbError {
  return new VdbError(`${what} was not confirmed`, {
    code: 'confirm.refused',
    exitCode,
    meaning: 'Nothing was changed.',
  });
}
