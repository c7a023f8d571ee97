import type { Command } from '../host/command.js';
import type { Probe } from '../host/probe.js';
import type { ExecResult } from '../host/transport.js';

export type Action = 'create' | 'update' | 'remove' | 'install' | 'start' | 'restart' | 'reload' | 'run';

/** What stands between a thing as it is and as it shall be. */
export interface Change {
  action: Action;
  /** One line for people: "mode 0644, want 0600". */
  summary: string;
  /** Values that differ. Never secrets: those are said to differ, not shown. */
  fields?: readonly FieldChange[];
  /** Content of a file before and after, for the diff that the plan shows. */
  content?: { before: string | null; after: string; secret: boolean };
  /** Why a host that differs like this still equals its configuration: what is missing may be missing. */
  optional?: string;
  /** Set when it is left out for now, because something is not there that another task brings. */
  leftOut?: LeftOut;
  /** Set when vdb will not make this change. */
  refused?: Refusal;
}

export interface Refusal {
  why: string;
  /** The way to make the change, or to do without it. */
  next: string;
  /** Going on would do damage: the rest of the task does not run. Without it a refusal holds back nothing. */
  blocks?: true;
}

export interface LeftOut {
  why: string;
  /** Id of the resource that brings what is missing: where the plan changes it, this is due afterwards. */
  until: string;
}

export interface FieldChange {
  field: string;
  have: string;
  want: string;
}

/**
 * A thing on the host that has a desired state. It is pure: it says how to look (`probe`), what differs
 * (`diff`) and which commands would change it (`apply`). Whether anything runs is the engine's decision.
 */
export interface Resource<Have = unknown> {
  /** Unique in a run: `file:/etc/chrony/chrony.conf`. */
  readonly id: string;
  /** For people: "/etc/chrony/chrony.conf". */
  readonly title: string;
  readonly probe: Probe<Have>;
  /** What differs from the desired state, or null. `have` is null when the thing does not exist. */
  diff(have: Have | null): Change | null;
  /** The commands that make `change`, run in order; the first failure ends the step. */
  apply(change: Change, have: Have | null): readonly Command[];
  /**
   * Present when the state of this resource follows from what earlier steps change (a service follows its
   * configuration). Given the ids of the resources that the plan changes, says what will be due here; and
   * makes the engine look again before this step when anything was changed.
   */
  predict?(changing: ReadonlySet<string>): Change | null;
  /** All resources that name packages are applied as one transaction before the tasks that need them. */
  readonly packages?: readonly string[];
  /** What the configuration says to go without these packages: `monitoring.enabled: false`. */
  readonly leftOutBy?: string;
  /** Explains a failed command: what it means and what to do next. */
  explain?(result: ExecResult): { meaning: string; next: string } | null;
}

/** Defines a resource with its `Have` inferred and then hidden: tasks hold resources of many kinds. */
export function defineResource<Have>(resource: Resource<Have>): Resource {
  return resource as unknown as Resource;
}
