import { randomBytes } from 'node:crypto';
import { messageOf } from '../errors.js';
import type { Host } from './host.js';
import { type Script, Script as ScriptSource, sh } from './shell.js';
import { type ExecResult, TimeoutError } from './transport.js';

/**
 * What looking at one thing brought.
 * - `known`: it was seen; `value` is null when the thing does not exist.
 * - `pending`: it cannot be seen before something else exists (PostgreSQL's roles before PostgreSQL).
 * - `foreign`: it is there but not this host's to set (a container sees its machine's kernel settings).
 * - `unknown`: the look itself failed; never taken for "does not exist".
 */
export type Observation<Have> =
  | { status: 'known'; value: Have | null }
  | { status: 'pending'; why: string }
  | { status: 'foreign'; why: string }
  | { status: 'unknown'; why: string };

/** It was seen; null stands for a thing that is not there. */
export function known<Have>(value: Have | null): Observation<Have> {
  return { status: 'known', value };
}

/** It cannot be asked yet: something else has to come first. */
export function pending<Have>(why: string): Observation<Have> {
  return { status: 'pending', why };
}

/** One kind of read-only question. All questions of a kind become one fragment and so one process or few. */
export interface ProbeKind<Arg, Have> {
  name: string;
  /** Bash source that answers all `args`; must only look. */
  script(args: readonly Arg[]): Script;
  /** One observation per argument, in order. Throwing means `unknown` for all of them. */
  parse(stdout: string, args: readonly Arg[]): Observation<Have>[];
  /** Default 20 s. */
  timeoutSeconds?: number;
}

/** One question: a kind and its argument. */
export interface Probe<Have = unknown> {
  kind: ProbeKind<unknown, Have>;
  arg: unknown;
}

/** Ties an argument to its kind without losing the argument's type where it is built. */
export function ask<Arg, Have>(kind: ProbeKind<Arg, Have>, arg: Arg): Probe<Have> {
  return { kind: kind as unknown as ProbeKind<unknown, Have>, arg };
}

const DEFAULT_SECONDS = 20;

interface Group {
  kind: ProbeKind<unknown, unknown>;
  /** Each question once, however many probes ask it. */
  args: unknown[];
  /** For each probe of the group: its place among all probes, and which of `args` it asks. */
  askers: { position: number; arg: number }[];
}

/**
 * Answers all probes in one command on the host: probes of a kind coalesce into one fragment, equal ones into one question, every
 * fragment has a time limit of its own and is framed by a boundary that no output can contain by accident.
 * A fragment that hangs, fails or prints garbage makes its own probes `unknown`, not the others.
 */
export async function observe(host: Host, probes: readonly Probe[]): Promise<Observation<unknown>[]> {
  if (probes.length === 0) return [];
  const groups = groupByKind(probes);
  const boundary = randomBytes(12).toString('hex');
  const limit = Math.max(...groups.map(({ kind }) => limitOf(kind))) + 15;
  const result = await host
    .read(batchScript(groups, boundary), { timeoutMs: limit * 1000 })
    .catch(silentIfTooSlow);
  const frames = parseFrames(result.stdout, boundary);
  const observations: Observation<unknown>[] = new Array(probes.length);
  groups.forEach((group, index) => {
    const answers = answersOf(group, frames.get(index), result.stderr);
    group.askers.forEach(({ position, arg }) => {
      observations[position] = answers[arg] ?? { status: 'unknown', why: `${group.kind.name}: no answer` };
    });
  });
  return observations;
}

/** A host on which even the time limits do not hold has answered nothing; a lost connection is another matter. */
function silentIfTooSlow(error: unknown): Pick<ExecResult, 'stdout' | 'stderr'> {
  if (error instanceof TimeoutError) return { stdout: '', stderr: '' };
  throw error;
}

/** The script that answers `probes`, as {@link observe} would send it: what the benchmark runs by plain ssh. */
export function probeScript(probes: readonly Probe[]): Script {
  return batchScript(groupByKind(probes), randomBytes(12).toString('hex'));
}

/** The same commands one after the other, as a person would type them: what the benchmark compares with. */
export function sequentialScript(probes: readonly Probe[]): Script {
  const fragments = groupByKind(probes).map(
    ({ kind, args }) => sh`bash -c ${kind.script(args).source} </dev/null`,
  );
  return new ScriptSource([ENVIRONMENT, ...fragments.map(({ source }) => source), 'true'].join('\n'));
}

function groupByKind(probes: readonly Probe[]): Group[] {
  const groups = new Map<Probe['kind'], Group>();
  const places = new Map<Probe['kind'], Map<string, number>>();
  probes.forEach(({ kind, arg: question }, position) => {
    const group = groups.get(kind) ?? { kind, args: [], askers: [] };
    const asked = places.get(kind) ?? new Map<string, number>();
    const key = JSON.stringify(question);
    const arg = asked.get(key) ?? group.args.push(question) - 1;
    asked.set(key, arg);
    group.askers.push({ position, arg });
    groups.set(kind, group);
    places.set(kind, asked);
  });
  return [...groups.values()];
}

/** The locale is fixed so that parsers never meet a translated message. */
const ENVIRONMENT =
  'export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; cd /';

/**
 * All fragments run side by side, each into a pipe of its own that is read in order, so no temporary file is
 * needed.
 */
export function batchScript(groups: readonly Group[], boundary: string): Script {
  const start = groups.map(({ kind, args }, index) => {
    const body = kind.script(args).source;
    return `exec {f${index}}< <(timeout -k 2 ${limitOf(kind)} bash -c ${sh`${body}`.source} </dev/null
printf '\\n%s %s end %s\\n' ${boundary} ${index} $?)`;
  });
  const read = groups.map(
    ({ kind }, index) =>
      `printf '\\n%s %s begin\\n' ${boundary} ${index}; timeout $(left ${limitOf(kind)}) cat <&$f${index} || late=1`,
  );
  return new ScriptSource(
    [
      ENVIRONMENT,
      `export VDB_PROBE=${boundary}; late=`,
      `left() { local left=$(($1 + ${READING_SECONDS} - SECONDS)); echo $((left > 0 ? left : 1)); }`,
      ...start,
      ...read,
      `[ -z "$late" ] || ${endLeftovers(boundary).source}`,
    ].join('\n'),
  );
}

/** How long after its limit a fragment is still read: what it started may hold its pipe open for ever. */
const READING_SECONDS = 4;

/** Ends what a fragment has started and its time limit did not reach: it would keep the SSH channel open. */
function endLeftovers(boundary: string): Script {
  return sh`{
    pids=$(grep -lsaF ${`VDB_PROBE=${boundary}`} /proc/[0-9]*/environ | cut -d/ -f3 | grep -vx -e $$ -e $BASHPID)
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null; }`;
}

function limitOf(kind: ProbeKind<unknown, unknown>): number {
  return kind.timeoutSeconds ?? DEFAULT_SECONDS;
}

interface Frame {
  stdout: string;
  exitCode: number;
}

/** Frames by index. A frame whose end is missing is left out: the output was cut. */
export function parseFrames(stdout: string, boundary: string): Map<number, Frame> {
  const frames = new Map<number, Frame>();
  const pattern = new RegExp(`^${boundary} (\\d+) begin\\n([\\s\\S]*?)\\n${boundary} \\1 end (\\d+)$`, 'gm');
  for (const [, index, body, code] of stdout.matchAll(pattern)) {
    frames.set(Number(index), { stdout: body ?? '', exitCode: Number(code) });
  }
  return frames;
}

function answersOf(group: Group, frame: Frame | undefined, stderr: string): Observation<unknown>[] {
  const unknown = (why: string): Observation<unknown>[] =>
    group.args.map(() => ({ status: 'unknown', why: `${group.kind.name}: ${why}` }));
  if (frame === undefined) return unknown('the host did not answer');
  if (frame.exitCode === 124 || frame.exitCode === 137) {
    return unknown(`no answer within ${limitOf(group.kind)} s`);
  }
  if (frame.exitCode !== 0) {
    return unknown(`exit code ${frame.exitCode}: ${stderr.trim().split('\n').slice(-2).join(' ')}`);
  }
  try {
    return group.kind.parse(frame.stdout, group.args);
  } catch (error) {
    return unknown(`unreadable answer (${messageOf(error)})`);
  }
}
