import { ask, known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { CRON_FILE, type Means, SERVICE, TIMER } from './place.js';

/** What runs a schedule, and what came of it. Times are seconds since the epoch, null when it never happened. */
export interface ScheduleState {
  timer: { active: boolean; enabled: boolean; next: number | null } | null;
  service: ServiceRun | null;
  /** Whether cron has a file for it. */
  cron: boolean;
  /** When the expressions that were asked for elapse next, by the host's clock and zone. */
  elapses: number | null;
  /** sha256 of the unit files and of cron's file, by path. */
  files: Readonly<Record<string, string>>;
  /** Name of the release that the link names. */
  release: string | null;
}

/** The last run of the service, as systemd remembers it since the host started. */
export interface ServiceRun {
  /** `inactive`, `activating` while it runs, `failed`. */
  active: string;
  /** `success`, `exit-code`, `timeout`, `signal`, `oom-kill`. */
  result: string;
  exitCode: number;
  started: number | null;
  ended: number | null;
}

export interface ScheduleQuestion {
  /** The link to the release. */
  current: string;
  /** As `OnCalendar=` has them. */
  calendars: readonly string[];
}

const UNITS = '/etc/systemd/system';
export const SERVICE_FILE = `${UNITS}/${SERVICE}`;
export const TIMER_FILE = `${UNITS}/${TIMER}`;
const FILES = [SERVICE_FILE, TIMER_FILE, CRON_FILE];

const PROPERTIES =
  'Id,LoadState,ActiveState,UnitFileState,Result,ExecMainStatus,ExecMainStartTimestamp,ExecMainExitTimestamp,NextElapseUSecRealtime';

/** One look at everything that a schedule on the server consists of. */
export function askState(question: ScheduleQuestion) {
  return ask(scheduleState, question);
}

const scheduleState: ProbeKind<ScheduleQuestion, ScheduleState> = {
  name: 'backup-schedule',
  script: ([question]) => sh`
    if [ -d /run/systemd/system ]; then
    TZ=UTC systemctl show --timestamp=unix -p ${PROPERTIES} -- ${TIMER} ${SERVICE} || exit 1
    fi
    echo
    sha256sum -- ${FILES} 2>/dev/null | sed 's/^/file /'
    for calendar in ${question?.calendars ?? []}; do
    env -u TZ systemd-analyze calendar "$calendar" 2>/dev/null | sed -n 's/^ *\(Next elapse\|(in UTC)\): *//p' | tail -n 1 | sed 's/^/elapse /'
    done
    link=$(readlink ${question?.current ?? ''}) && echo "release \${link##*/}"
    echo end`,
  parse: (stdout, args) => {
    const state = stateOf(stdout);
    return args.map(() => state);
  },
};

function stateOf(stdout: string): Observation<ScheduleState> {
  const blocks = stdout.trimEnd().split(/\n\n+/);
  const lines = (blocks.at(-1) ?? '').split('\n');
  if (lines.at(-1) !== 'end') throw new Error('the answer was cut');
  const of = (word: string): string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  const units = unitsOf(blocks.slice(0, -1).join('\n\n'));
  const files = Object.fromEntries(of('file').map((line) => [line.slice(66), line.slice(0, 64)]));
  const elapses = of('elapse')
    .map(epochOf)
    .sort((a, b) => a - b);
  return known<ScheduleState>({
    timer: timerOf(units.get(TIMER)),
    service: serviceOf(units.get(SERVICE)),
    cron: files[CRON_FILE] !== undefined,
    elapses: elapses[0] ?? null,
    files,
    release: of('release')[0] ?? null,
  });
}

/** The units that are loaded, by name, as `systemctl show` prints them. */
export function unitsOf(stdout: string): Map<string, Map<string, string>> {
  const units = stdout
    .trim()
    .split(/\n\n+/)
    .map((block) => new Map(block.split('\n').map((line) => line.split(/=(.*)/s) as [string, string])));
  return new Map(
    units.flatMap((unit) =>
      unit.get('LoadState') === 'loaded' ? [[unit.get('Id') ?? '', unit] as const] : [],
    ),
  );
}

function timerOf(unit: Map<string, string> | undefined): ScheduleState['timer'] {
  if (unit === undefined) return null;
  return {
    active: unit.get('ActiveState') === 'active',
    enabled: unit.get('UnitFileState') === 'enabled',
    next: stampOf(unit.get('NextElapseUSecRealtime')),
  };
}

/** The last run in what systemd says of a service. */
export function serviceOf(unit: Map<string, string> | undefined): ServiceRun | null {
  if (unit === undefined) return null;
  return {
    active: unit.get('ActiveState') ?? '',
    result: unit.get('Result') ?? '',
    exitCode: Number(unit.get('ExecMainStatus') ?? 0),
    started: stampOf(unit.get('ExecMainStartTimestamp')),
    ended: stampOf(unit.get('ExecMainExitTimestamp')),
  };
}

/**
 * Seconds since the epoch of `@1764122400`, or of the time in UTC in which systemd gives some of them all the same;
 * null for an instant that never came.
 */
export function stampOf(text = ''): number | null {
  if (text === '') return null;
  const seconds = text.startsWith('@') ? Number(text.slice(1).split('.')[0]) : epochOf(text);
  return seconds === 0 ? null : seconds;
}

/** `Thu 2026-11-26 02:00:00 UTC`, with or without fractions. */
function epochOf(text: string): number {
  const [, day, time] = /^\w+ (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text) ?? [];
  const seconds = Date.parse(`${day}T${time}Z`) / 1000;
  if (Number.isNaN(seconds)) throw new Error(text.slice(0, 80));
  return seconds;
}

/** What starts backups on the server; null when nothing does. Pure. */
export function meansOf({ timer, cron }: ScheduleState): Means | null {
  if (timer !== null) return 'timer';
  return cron ? 'cron' : null;
}
