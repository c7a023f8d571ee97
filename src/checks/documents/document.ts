/** What decides whether a criterion holds. Where there are several, all of them have to. */
export type Evidence =
  /** A sub-task of `tasks/`: its state follows from the plan. */
  | { subtask: string }
  /** A check of the catalogue. */
  | { check: string }
  /** Every check of readiness. */
  | { readiness: true }
  /** Nothing that a host can show, for this reason. */
  | { beyond: string };

/** Where a criterion stands in its document. */
export type CriterionKind = 'criterion' | 'subtask' | 'command';

/** What has to hold, in the document's words or close to them. */
export interface CriterionSpec {
  kind: CriterionKind;
  /** The number of a sub-task. */
  id?: string;
  text: string;
  evidence: readonly Evidence[];
}

/** One document, as what has to hold. */
export interface DocumentSpec {
  /** As it is named on the command line: `0.4`, `local-backend`. */
  id: string;
  title: string;
  criteria: readonly CriterionSpec[];
  /** Where the document is mistaken, and what was done instead. */
  corrections: readonly string[];
}

export const READINESS = { readiness: true } as const;

/** These checks. */
export function checks(...ids: string[]): Evidence[] {
  return ids.map((check) => ({ check }));
}

/** These sub-tasks. */
export function subtasks(...ids: string[]): Evidence[] {
  return ids.map((subtask) => ({ subtask }));
}

/** A success criterion of the document. */
export function criterion(text: string, ...evidence: readonly Evidence[]): CriterionSpec {
  return { kind: 'criterion', text, evidence };
}

/** One of the document's validation commands, by its meaning. */
export function command(text: string, ...evidence: readonly Evidence[]): CriterionSpec {
  return { kind: 'command', text, evidence };
}
