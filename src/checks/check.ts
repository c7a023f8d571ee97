import type { Config, HostConfig, SlotName } from '../config/schema.js';
import type { Step } from '../engine/plan.js';
import type { Facts } from '../host/facts.js';
import type { Host } from '../host/host.js';
import type { Observation, Probe } from '../host/probe.js';

/** `critical`: not ready. `error`: blocks a deploy. `warning`: worth knowing, never in the way. */
export type Severity = 'critical' | 'error' | 'warning';

/** In the order in which they are shown. */
export const GROUPS = [
  'host',
  'storage',
  'time',
  'network',
  'tls',
  'access',
  'qdrant',
  'collections',
  'postgres',
  'redis',
  'gateway',
  'deployment',
  'models',
  'python',
  'backups',
  'monitoring',
  'capacity',
  'drift',
  'canary',
  'performance',
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
  /** The tasks that repair just this finding, where they depend on it; undefined for none. Default: the check's. */
  fix?: string | undefined;
  /** What to do about just this finding. Default: the check's. */
  remedy?: string;
}

/** What a check may know besides its observations. */
export interface CheckContext {
  config: Config;
  hostConfig: HostConfig;
  /** Whether who logs in to the host is root, and so types commands without sudo. */
  isRoot: boolean;
  /** The active slot of Qdrant, as the configuration has it. */
  slot: SlotName;
  /** The file on the host with the header that carries Qdrant's key. */
  keyFile: string;
  facts: Observation<Facts>;
  /** The end of the host's journal, as it is written. */
  journal: Observation<string>;
  /** The list of health checks on the host, as it is written. */
  healthChecks: Observation<string>;
  /** How far the host's clock is ahead of the operator's. */
  skew: Observation<Skew>;
  /** By the operator's clock. */
  now: Date;
}

/** Bounds of a difference of two clocks, in milliseconds: what a message between them takes is not known exactly. */
export interface Skew {
  least: number;
  most: number;
}

/** From where a check looks that does more than ask the host's shell. */
export interface Site {
  host: Host;
  context: CheckContext;
  /** The steps of all tasks, fresh from the host; looked at once, however many checks ask. */
  plan(): Promise<Observation<readonly Step[]>>;
}

/** A number that the configuration can change: `checks.thresholds: { storage.free: 25 }`. */
export interface Threshold {
  default: number;
  /** Of what, as words after the number: `% free`, `days`. */
  unit: string;
}

/** One entry of the catalogue: how to look, and a pure judgement of what was seen. */
export interface Check<Have = unknown> {
  /** Stable: `qdrant.auth`. */
  id: string;
  group: Group;
  severity: Severity | ((context: CheckContext) => Severity);
  /** What holds when it passes: "Redis answers". */
  title: string;
  /** What is looked at, in a sentence. */
  looksAt: string;
  /** What goes wrong where it does not hold, in a sentence or two. */
  why: string;
  threshold?: Threshold;
  /** Runs only when its id or its group is named: it writes, or it loads the server. */
  optIn?: true;
  /** Why it does not apply with this configuration; undefined when it does. */
  skip?(context: CheckContext): string | undefined;
  /** Read-only questions that travel with those of all other checks in one command on the host. */
  probe?(context: CheckContext): Probe<Have> | Probe<Have>[];
  /** Looks in another way than by a probe, beside the batch: from the operator's side, or at the plan. */
  look?(site: Site): Promise<Observation<Have>>;
  /** One observation per probe, in order, then that of `look`. `limit` is its threshold, NaN without one. Pure. */
  judge(observations: readonly Observation<Have>[], context: CheckContext, limit: number): Verdict;
  /** What to do when it does not pass. */
  remedy: string;
  /** A command on the host that shows more, as root types it. */
  inspect?(context: CheckContext): string;
  /** The task that repairs it, or several as `--only` takes them: `1.1,3.1`. */
  fix?: string;
}

/** Defines a check with its `Have` inferred and then hidden: the catalogue holds checks of many kinds. */
export function defineCheck<Have>(check: Check<Have>): Check {
  return check as unknown as Check;
}

/** The threshold of a check: the configuration's, else the catalogue's; NaN for a check that has none. */
export function limitOf(
  { id, threshold }: Pick<Check, 'id' | 'threshold'>,
  { config }: CheckContext,
): number {
  return threshold === undefined ? Number.NaN : Number(config.checks.thresholds[id] ?? threshold.default);
}

/** The severity of a check here: that of some depends on the configuration or the host. */
export function severityOf({ severity }: Pick<Check, 'severity'>, context: CheckContext): Severity {
  return typeof severity === 'function' ? severity(context) : severity;
}

/** Whether the kernel is the machine's around it: what is wrong there is not this host's to set right. */
export function inContainer({ facts }: CheckContext): boolean {
  return facts.status === 'known' && facts.value?.container === true;
}
