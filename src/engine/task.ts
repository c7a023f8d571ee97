import type { Config, SlotName } from '../config/schema.js';
import type { Facts } from '../host/facts.js';
import type { Resource } from './resource.js';

/** What a task may know when it composes its resources: the configuration, with the slots that serve, and what the host is. */
export interface TaskContext {
  config: Config;
  facts: Facts;
  /** The name or address that the operator reaches the host by. */
  address: string;
  /** The slot of the gateway that holds the release that served before; null: there is none. */
  standby: SlotName | null;
}

/** A numbered part of a task with the document's success criterion. */
export interface SubTask {
  /** `0.4.1`. */
  id: string;
  title: string;
  /** The document's success criterion, in our words. */
  criterion: string;
  /**
   * Numbers of tasks, or of parts of them, whose end this part waits for, whatever came of them: what they bring is looked
   * for then. The parts before it do not wait.
   */
  after?: readonly string[];
  resources(context: TaskContext): Resource[];
}

/** One documented task. It reads like the document that it encodes. */
export interface Task {
  /** The document's number: `0.4`. */
  id: string;
  title: string;
  /** What it is for, in a sentence or two. */
  description: string;
  /** Numbers of the tasks that must be done before. Independent tasks run side by side. */
  dependsOn: readonly string[];
  subtasks: readonly SubTask[];
  /** What runs where once the task is done, one line: for the end of a run. */
  runs?(context: TaskContext): string;
  /** Present where the document gives a rollback. */
  rollback?: Rollback;
}

/** How a task is taken back. What it removes is backed up first; what it left is verified. */
export interface Rollback {
  /** What will be removed and what will be kept, for the confirmation. */
  warning(context: TaskContext): string;
  /** Desired state after the rollback, converged like any other: backups first, then removals. */
  resources(context: TaskContext): Resource[];
}
