import type { Config } from '../../config/schema.js';
import { parseDuration } from '../../config/units.js';
import { dayOf } from '../../text.js';
import { type BackupPart, MANIFEST_TO_BE } from '../manifest.js';
import { PRIORITIES, type Priority } from '../set.js';
import type { JudgedSet } from './state.js';

/** What `backup` of the configuration says of keeping sets. */
export type RetentionRules = Pick<Config['backup'], 'retention' | 'keep_minimum' | 'keep' | 'priorities'>;

/** The rule that decides about a set; `expired` is the only one by which it goes. */
export type Rule =
  | 'none-whole'
  | 'future'
  | 'unfinished'
  | 'no-instant'
  | 'pinned'
  | 'drilled'
  | 'minimum'
  | 'retention'
  | 'daily'
  | 'weekly'
  | 'monthly'
  | 'expired';

/** What becomes of a set, and why. */
export interface SetFate {
  id: string;
  rule: Rule;
  why: string;
  bytes: number;
}

/** A snapshot that leaves a set which stays. */
export interface PartFate {
  id: string;
  path: string;
  collection: string;
  /** `left-behind`: an earlier prune took it out of the manifest and did not get to the file. */
  rule: 'priority' | 'left-behind';
  why: string;
  bytes: number;
}

export interface RetentionPlan {
  /** Every set, newest first. */
  sets: readonly SetFate[];
  parts: readonly PartFate[];
}

const DAY_MS = 86_400_000;

/**
 * What goes and what stays, and by which rule. Age counts back from the newest whole set and not from the clock, so
 * that neither a clock that is wrong nor backups that have stopped make sets old. Only whole sets count as good; where
 * there is none, everything stays. Pure.
 */
export function planRetention(sets: readonly JudgedSet[], rules: RetentionRules): RetentionPlan {
  const newestFirst = [...sets].sort((a, b) => (a.id < b.id ? 1 : -1));
  const whole = newestFirst.filter(({ state, begun }) => state === 'whole' && !Number.isNaN(begun));
  const kept = keptBeyond(whole, rules.keep);
  const decided = newestFirst.map((set) => ({ set, fate: fateOf(set, whole, kept, rules) }));
  return {
    sets: decided.map(({ fate }) => fate),
    parts: decided.flatMap(({ set, fate }) => partsOf(set, fate, whole, rules)),
  };
}

/** Whether a set goes. */
export function goes({ rule }: SetFate): boolean {
  return rule === 'expired';
}

function fateOf(
  set: JudgedSet,
  whole: readonly JudgedSet[],
  kept: ReadonlyMap<string, Rule>,
  { retention, keep_minimum: minimum }: RetentionRules,
): SetFate {
  const fate = (rule: Rule, why: string): SetFate => ({ id: set.id, rule, why, bytes: set.bytes });
  const [newest] = whole;
  if (set.state === 'unfinished') return fate('unfinished', unfinishedText(set));
  if (set.state === 'future') return fate('future', 'from the future');
  if (set.pin !== null) return fate('pinned', `pinned by ${set.pin.by}: ${set.pin.reason}`);
  if (newest === undefined) return fate('none-whole', 'no set is whole, so none is removed');
  if (Number.isNaN(set.begun)) return fate('no-instant', 'its name is no instant');
  const rank = whole.indexOf(set);
  if (rank !== -1 && rank < Math.max(1, minimum)) return fate('minimum', rankText(rank, minimum));
  if (set === lastRestored(whole))
    return fate('drilled', 'the newest that a drill restored, and a newer one did not');
  if (newest.begun - set.begun <= lengthOf(retention)) return fate('retention', `within ${retention}`);
  const rule = kept.get(set.id);
  if (rule !== undefined) return fate(rule, `the last whole one of its ${PERIODS[rule]}`);
  const damaged = set.state === 'damaged' ? ', and damaged' : '';
  return fate('expired', `more than ${retention} older than ${newest.id}${damaged}`);
}

/** The set that is known to restore, where it is known of a newer one that it does not. */
function lastRestored(whole: readonly JudgedSet[]): JudgedSet | undefined {
  const last = whole.findIndex(({ drill }) => drill?.ok === true);
  return whole.slice(0, Math.max(0, last)).some(({ drill }) => drill?.ok === false) ? whole[last] : undefined;
}

function unfinishedText({ files }: JudgedSet): string {
  return files.has(MANIFEST_TO_BE) ? 'no set: the next vdb backup removes it' : 'no set: it has no manifest';
}

function rankText(rank: number, minimum: number): string {
  return rank === 0 ? 'the newest whole one' : `one of the newest ${minimum} whole ones`;
}

const PERIODS: Partial<Record<Rule, string>> = { daily: 'day', weekly: 'week', monthly: 'month' };

/** The last whole set of each of the newest days, weeks and months that have one, in UTC. */
function keptBeyond(whole: readonly JudgedSet[], keep: RetentionRules['keep']): Map<string, Rule> {
  const lasts = (rule: Rule, count: number, period: (begun: Date) => string): [string, Rule][] => {
    const last = new Map<string, string>();
    for (const { id, begun } of whole) {
      const key = period(new Date(begun));
      if (!last.has(key)) last.set(key, id);
    }
    return [...last.values()].slice(0, count).map((id) => [id, rule]);
  };
  return new Map([
    ...lasts('monthly', keep.monthly, (begun) => begun.toISOString().slice(0, 7)),
    ...lasts('weekly', keep.weekly, mondayOf),
    ...lasts('daily', keep.daily, dayOf),
  ]);
}

function mondayOf(begun: Date): string {
  const sinceMonday = (begun.getUTCDay() + 6) % 7;
  return dayOf(new Date(begun.getTime() - sinceMonday * DAY_MS));
}

/** By these a set stays for its age, and so its snapshots need not stay as long. */
const BY_AGE: readonly Rule[] = ['retention', 'daily', 'weekly', 'monthly'];

function partsOf(
  set: JudgedSet,
  { rule }: SetFate,
  whole: readonly JudgedSet[],
  { priorities }: RetentionRules,
): PartFate[] {
  if (set.state !== 'whole' || set.manifest === null || rule === 'pinned') return [];
  const left = leftBehind(set);
  if (!BY_AGE.includes(rule)) return rule === 'expired' ? [] : left;
  const due = set.manifest.parts.flatMap((part) => dueOf(part, set, whole, priorities));
  const isEmptied = due.length === set.manifest.parts.length;
  return isEmptied ? left : [...left, ...due];
}

function dueOf(
  part: BackupPart,
  { id, begun }: JudgedSet,
  whole: readonly JudgedSet[],
  priorities: RetentionRules['priorities'],
): PartFate[] {
  const { path, bytes, kind, collection, priority = 'medium' } = part;
  const limit = priorities[priority];
  const [newest] = whole;
  if (kind !== 'collection' || collection === undefined || limit === undefined || newest === undefined)
    return [];
  if (newest.begun - begun <= lengthOf(limit) || newestWith(collection, whole) === id) return [];
  const why = `${priority} priority, older than ${limit}`;
  return [{ id, path, collection, rule: 'priority', why, bytes }];
}

/** The last snapshot of a collection leaves only with its set: the newer sets have none to restore it from. */
function newestWith(collection: string, whole: readonly JudgedSet[]): string | undefined {
  return whole.find(({ manifest }) =>
    manifest?.parts.some((part) => part.kind === 'collection' && part.collection === collection),
  )?.id;
}

function leftBehind({ id, manifest, files }: JudgedSet): PartFate[] {
  const named = new Set(manifest?.parts.map(({ path }) => path));
  return (manifest?.pruned ?? []).flatMap(({ path, collection }) => {
    const bytes = files.get(path);
    if (bytes === undefined || named.has(path)) return [];
    const why = 'left behind by an earlier prune';
    return [{ id, path, collection, rule: 'left-behind' as const, why, bytes }];
  });
}

/** Milliseconds. The schema has seen that it is a duration; one that is none keeps everything. */
function lengthOf(duration: string): number {
  return (parseDuration(duration) ?? Number.POSITIVE_INFINITY) * 1000;
}

/** The rules in words, for the plan: `retention 30d, at least 3, 7 daily`. */
export function rulesText({ retention, keep_minimum, keep, priorities }: RetentionRules): string {
  const periods = (['daily', 'weekly', 'monthly'] as const).filter((period) => keep[period] > 0);
  const limited = PRIORITIES.filter((priority: Priority) => priorities[priority] !== undefined);
  return [
    `retention ${retention}`,
    `at least ${keep_minimum}`,
    ...periods.map((period) => `${keep[period]} ${period}`),
    ...limited.map((priority) => `${priority} priority ${priorities[priority]}`),
  ].join(', ');
}
