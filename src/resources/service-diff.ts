import type { Change, FieldChange } from '../engine/resource.js';
import { sha256 } from './file.js';
import { MISSING, type ServiceState } from './service-probe.js';
import type { WaitOptions } from './service-script.js';

/** A unit that systemd restarted again and again has recovered when it then ran for so long. */
const CALM_SECONDS = 15;

/** One or two restarts are an accident that systemd has dealt with. */
const FLAPPING_RESTARTS = 3;

/** The desired state, complete. */
export interface ServiceWanted extends WaitOptions {
  unit: string;
  enabled: boolean;
  running: boolean | 'any';
  restartOn: readonly string[];
  reloadOn: readonly string[];
  /** Both lists. */
  paths: readonly string[];
  dropIn: { path: string; content: string } | null;
}

/** What can be done to a unit, in the order in which it is done. */
export type ServiceStep =
  | 'stamp'
  | 'daemon-reload'
  | 'enable'
  | 'disable'
  | 'start'
  | 'restart'
  | 'reload'
  | 'stop';

/** What stands between a unit as it is and as it shall be. */
export function serviceDiff(want: ServiceWanted, have: ServiceState | null): Change | null {
  if (have?.load === 'masked' && (want.running || want.enabled)) {
    const next = `If it was not masked on purpose: systemctl unmask ${want.unit}`;
    return { action: 'start', summary: 'masked', refused: { why: `${want.unit} is masked`, next } };
  }
  const steps = stepsOf(want, have);
  if (steps.length === 0) return null;
  const fields = fieldsOf(want, have, steps);
  const action =
    steps.find((step) => step === 'start' || step === 'restart' || step === 'reload') ?? 'update';
  return { action, summary: summaryOf(want, have, steps), fields };
}

/** What has to be done, in order. */
export function stepsOf(want: ServiceWanted, have: ServiceState | null): ServiceStep[] {
  const steps: ServiceStep[] = [];
  const stamped = want.dropIn === null || have?.now[want.dropIn.path] === sha256(want.dropIn.content);
  if (!stamped) steps.push('stamp');
  if (!stamped || have?.needsReload) steps.push('daemon-reload');
  if (want.enabled !== isEnabled(want, have)) steps.push(want.enabled ? 'enable' : 'disable');
  const run = runStep(want, have);
  return run === null ? steps : [...steps, run];
}

/** Units that cannot be enabled (`static`, `generated`) are as enabled as they can be. */
function isEnabled(want: ServiceWanted, have: ServiceState | null): boolean {
  const state = have?.enabled ?? '';
  if (['static', 'generated', 'indirect', 'alias', 'transient'].includes(state)) return want.enabled;
  return state === 'enabled';
}

function runStep(want: ServiceWanted, have: ServiceState | null): ServiceStep | null {
  const active = have !== null && (have.active === 'active' || have.active === 'reloading');
  if (want.running === 'any') return null;
  if (!want.running) return active || have?.active === 'activating' ? 'stop' : null;
  if (!active || isFlapping(have)) return 'start';
  if (have.silent || outdated(want.restartOn, have).length > 0) return 'restart';
  return outdated(want.reloadOn, have).length > 0 ? 'reload' : null;
}

/** A unit that systemd restarts again and again is active for a moment each time. */
function isFlapping({ sub, restarts, activeFor }: ServiceState): boolean {
  return sub === 'auto-restart' || (restarts >= FLAPPING_RESTARTS && (activeFor ?? 0) < CALM_SECONDS);
}

/** Files that are not as they were when the unit was started. A start that left no record tells nothing. */
function outdated(paths: readonly string[], { now, started }: ServiceState): string[] {
  return paths.filter((path) => started?.[path] !== (now[path] ?? MISSING));
}

function fieldsOf(
  want: ServiceWanted,
  have: ServiceState | null,
  steps: readonly ServiceStep[],
): FieldChange[] {
  const fields: FieldChange[] = [];
  if (steps.includes('enable') || steps.includes('disable')) {
    fields.push({
      field: 'enabled',
      have: have?.enabled || 'no',
      want: want.enabled ? 'enabled' : 'disabled',
    });
  }
  if (steps.includes('start') || steps.includes('stop')) {
    const state = have === null ? 'not there' : `${have.active} (${have.sub})`;
    fields.push({ field: 'state', have: state, want: want.running ? 'active' : 'inactive' });
  }
  return fields;
}

function summaryOf(want: ServiceWanted, have: ServiceState | null, steps: readonly ServiceStep[]): string {
  const reasons: Partial<Record<ServiceStep, string>> = {
    stamp: 'record its files at each start',
    'daemon-reload': 'reload its unit file',
    start: have?.load === 'not-found' ? 'start, once its unit exists' : `start${failureOf(have)}`,
    restart: have?.silent
      ? 'restart: it runs, but does not answer'
      : `restart: ${changedFiles(want.restartOn, have)}`,
    reload: `reload: ${changedFiles(want.reloadOn, have)}`,
  };
  return steps.map((step) => reasons[step] ?? step).join('; ');
}

function failureOf(have: ServiceState | null): string {
  if (have?.active === 'failed') return ` (it failed: ${have.result})`;
  if (have && isFlapping(have))
    return ` (it fails again and again: ${have.restarts} restarts, ${have.result})`;
  return '';
}

function changedFiles(paths: readonly string[], have: ServiceState | null): string {
  if (have?.started == null) return 'it is not known with which files it runs';
  return `it runs with an older ${outdated(paths, have).join(', ')}`;
}

/** What the steps before will make due here. */
export function predicted(want: ServiceWanted, changing: ReadonlySet<string>): Change | null {
  const restart = want.restartOn.filter((path) => changesWith(path, changing));
  const reload = want.reloadOn.filter((path) => changesWith(path, changing));
  if (want.running !== true || restart.length + reload.length === 0) return null;
  if (restart.length > 0) return { action: 'restart', summary: `restart: ${restart.join(', ')} changes` };
  return { action: 'reload', summary: `reload: ${reload.join(', ')} changes` };
}

/** A file changes with its own resource, and with the link or release that it lies in. */
function changesWith(path: string, changing: ReadonlySet<string>): boolean {
  return [...changing].some((id) => {
    const [, kind = '', changed = ''] = /^([^:]+):(.*)$/.exec(id) ?? [];
    return changed === path || (/^(symlink|release)$/.test(kind) && path.startsWith(`${changed}/`));
  });
}
