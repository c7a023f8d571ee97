import type { Config, SlotName } from '../config/schema.js';
import type { Step } from '../engine/plan.js';
import type { Observation, Probe } from '../host/probe.js';
import type { CanaryResult } from '../services/qdrant/canary.js';

/** `critical`: not ready. `error`: blocks a deploy. `warning`: worth knowing, never in the way. */
export type Severity = 'critical' | 'error' | 'warning';

/** In the order in which they are shown. */
export const GROUPS = [
  'host',
  'storage',
  'qdrant',
  'collections',
  'postgres',
  'redis',
  'access',
  'drift',
  'canary',
] as const;

export type Group = (typeof GROUPS)[number];

/**
 * `unknown` means that it could not be seen; it never counts as passed. `skip` does not apply here. `waived` is a
 * finding that the configuration accepts for a time.
 */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'unknown' | 'skip' | 'waived';

/** What the observations of a check mean. */
export interface Verdict {
  status: CheckStatus;
  /** What was seen, or why nothing could be seen, in a short line. */
  seen: string;
  expected?: string;
  /** One line for each finding where there are several. */
  details?: readonly string[];
}

/** What a check may know besides its observations. */
export interface CheckContext {
  config: Config;
  /** The active slot: what the host's state says, else the configuration. */
  slot: SlotName;
  /** The file on the host with the header that carries Qdrant's key. */
  keyFile: string;
  /** The steps of all tasks; `pending` unless a check that {@link Check.needsPlan} runs. */
  plan: Observation<readonly Step[]>;
  /** What came of a test write; `pending` unless a check that {@link Check.needsCanary} runs. */
  canary: Observation<CanaryOutcome>;
}

/** Times of a test write, or why it failed. */
export type CanaryOutcome = CanaryResult | { failure: string };

/** One entry of the catalogue: how to look, and a pure judgement of what was seen. */
export interface Check<Have = unknown> {
  /** Stable: `qdrant.auth`. */
  id: string;
  group: Group;
  severity: Severity | ((context: CheckContext) => Severity);
  /** What holds when it passes: "Redis answers". */
  title: string;
  /** Why it does not apply with this configuration; undefined when it does. */
  skip?(context: CheckContext): string | undefined;
  /** Judges {@link CheckContext.plan}. */
  needsPlan?: boolean;
  /** Judges {@link CheckContext.canary}, and so makes Qdrant take a write. */
  needsCanary?: boolean;
  probe(context: CheckContext): Probe<Have> | Probe<Have>[];
  /** One observation per probe, in order. Pure. */
  judge(observations: readonly Observation<Have>[], context: CheckContext): Verdict;
  /** What to do when it does not pass. */
  remedy: string;
  /** A command on the host that shows more. */
  inspect?(context: CheckContext): string;
  /** The task that repairs it, or several as `--only` takes them: `1.1,3.1`. */
  fix?: string;
}

/** Defines a check with its `Have` inferred and then hidden: the catalogue holds checks of many kinds. */
export function defineCheck<Have>(check: Check<Have>): Check {
  return check as unknown as Check;
}

/** A threshold of the configuration by the check's id, else the catalogue's. */
export function threshold({ config }: CheckContext, id: string, otherwise: number): number {
  const value = Number(config.checks.thresholds[id] ?? otherwise);
  return Number.isFinite(value) ? value : otherwise;
}
