import { EXIT, type VdbError } from '../errors.js';
import type { Action } from './resource.js';

/**
 * What became of a step. `skipped`: what it needs could not be had. `left-out`: for the reason given.
 * `foreign`: not this host's to set.
 */
export type StepStatus = 'changed' | 'failed' | 'skipped' | 'left-out' | 'refused' | 'foreign' | 'not-run';
export type TaskStatus = 'unchanged' | 'changed' | 'failed' | 'skipped' | 'not-run';

export interface StepOutcome {
  task: string;
  subtask: string;
  resource: string;
  title: string;
  status: StepStatus;
  action?: Action;
  summary: string;
  durationMs: number;
  error?: VdbError;
}

export interface TaskOutcome {
  id: string;
  title: string;
  status: TaskStatus;
  /** Why it was skipped or not run. */
  why?: string;
  steps: StepOutcome[];
  startedAt: string;
  durationMs: number;
}

/** What happens while a plan is applied, for whoever shows it. */
export type RunEvent =
  | { type: 'task-started'; id: string; title: string }
  | { type: 'step-started'; task: string; resource: string; title: string; summary: string }
  | { type: 'step-output'; task: string; resource: string; line: string }
  | { type: 'step-finished'; step: StepOutcome }
  | { type: 'task-finished'; task: TaskOutcome };

export type OnEvent = (event: RunEvent) => void;

/** The whole of a run. */
export interface RunOutcome {
  tasks: TaskOutcome[];
  changed: number;
  failed: number;
  refused: number;
  skipped: number;
  interrupted: boolean;
  /** The connection was lost on the way: the host's journal cannot be told what came of the run. */
  lost: boolean;
  /** What came of the run is not in the host's journal, for this reason. */
  unrecorded?: VdbError;
  durationMs: number;
}

/** Sums a run up. Pure. */
export function outcomeOf(tasks: TaskOutcome[], interrupted: boolean, durationMs: number): RunOutcome {
  const steps = tasks.flatMap((task) => task.steps);
  const count = (status: StepStatus): number => steps.filter((step) => step.status === status).length;
  return {
    tasks,
    changed: count('changed'),
    failed: count('failed'),
    refused: count('refused'),
    skipped: count('skipped'),
    interrupted,
    lost: steps.some((step) => step.error?.exitCode === EXIT.unreachable),
    durationMs,
  };
}
