import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { type Command, putCommand } from '../host/command.js';
import { ask } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import { sha256 } from './file.js';
import { explainService } from './service-explain.js';
import { MISSING, type ServiceState, serviceKind } from './service-probe.js';
import { reloadScript, startScript, type WaitOptions } from './service-script.js';
import { renderStampDropIn, stampDropIn, stampScript } from './service-stamp.js';

export interface ServiceOptions {
  /** With its suffix: `qdrant@blue.service`. */
  unit: string;
  /** Starts with the system. Default true. */
  enabled?: boolean;
  /** Runs now. Default true. `any`: as it is (a oneshot whose stop would undo its work). */
  running?: boolean | 'any';
  /** Files that the unit reads only when it starts, its own unit file included. */
  restartOn?: readonly string[];
  /** Files that it reads again when it is reloaded. */
  reloadOn?: readonly string[];
  /** Passes when the unit serves. Run as root, again and again until `startTimeoutSeconds`. */
  readyCheck?: Script;
  /** Default 60. */
  startTimeoutSeconds?: number;
}

interface Wanted extends WaitOptions {
  unit: string;
  enabled: boolean;
  running: boolean | 'any';
  restartOn: readonly string[];
  reloadOn: readonly string[];
  /** Both lists. */
  paths: readonly string[];
  dropIn: { path: string; content: string } | null;
}

type Step = 'stamp' | 'daemon-reload' | 'enable' | 'disable' | 'start' | 'restart' | 'reload' | 'stop';

/**
 * A systemd unit. Whether it needs a restart follows from what it was started with against what is on disk
 * now, so a run that died between writing a file and restarting is repaired by the next one.
 */
export function service(options: ServiceOptions): Resource {
  const want = wantedOf(options);
  const { unit, paths, dropIn } = want;
  return defineResource<ServiceState>({
    id: `service:${unit}`,
    title: unit,
    probe: ask(serviceKind, { unit, paths, dropIn: dropIn?.path ?? null }),
    diff: (have) => serviceDiff(want, have),
    apply: (_change, have) => stepsOf(want, have).flatMap((step) => commandOf(want, step)),
    predict: (changing) => predicted(want, changing),
    explain: (result) => explainService(unit, result),
  });
}

/** A timer that is enabled and waiting. */
export function timer({ unit }: { unit: string }): Resource {
  return service({ unit: unit.endsWith('.timer') ? unit : `${unit}.timer` });
}

function wantedOf(options: ServiceOptions): Wanted {
  const { unit, enabled = true, running = true, restartOn = [], reloadOn = [] } = options;
  if (!/^[\w:.@-]+\.(service|timer|target|socket|path)$/.test(unit)) throw new Error(`not a unit: ${unit}`);
  const paths = [...new Set([...restartOn, ...reloadOn])];
  if (paths.length > 0 && !unit.endsWith('.service')) throw new Error(`${unit} reads no files`);
  return {
    ...{ unit, enabled, running, restartOn, reloadOn, paths },
    dropIn: paths.length === 0 ? null : { path: stampDropIn(unit), content: renderStampDropIn(unit, paths) },
    readyCheck: options.readyCheck,
    timeoutSeconds: options.startTimeoutSeconds ?? 60,
  };
}

function serviceDiff(want: Wanted, have: ServiceState | null): Change | null {
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
function stepsOf(want: Wanted, have: ServiceState | null): Step[] {
  const steps: Step[] = [];
  const stamped = want.dropIn === null || have?.now[want.dropIn.path] === sha256(want.dropIn.content);
  if (!stamped) steps.push('stamp');
  if (!stamped || have?.needsReload) steps.push('daemon-reload');
  if (want.enabled !== isEnabled(want, have)) steps.push(want.enabled ? 'enable' : 'disable');
  const run = runStep(want, have);
  return run === null ? steps : [...steps, run];
}

/** Units that cannot be enabled (`static`, `generated`) are as enabled as they can be. */
function isEnabled(want: Wanted, have: ServiceState | null): boolean {
  const state = have?.enabled ?? '';
  if (['static', 'generated', 'indirect', 'alias', 'transient'].includes(state)) return want.enabled;
  return state === 'enabled';
}

function runStep(want: Wanted, have: ServiceState | null): Step | null {
  const active = have !== null && (have.active === 'active' || have.active === 'reloading');
  if (want.running === 'any') return null;
  if (!want.running) return active || have?.active === 'activating' ? 'stop' : null;
  if (!active) return 'start';
  if (outdated(want.restartOn, have).length > 0) return 'restart';
  return outdated(want.reloadOn, have).length > 0 ? 'reload' : null;
}

/** Files that are not as they were when the unit was started. A start that left no record tells nothing. */
function outdated(paths: readonly string[], { now, started }: ServiceState): string[] {
  return paths.filter((path) => started?.[path] !== (now[path] ?? MISSING));
}

function fieldsOf(want: Wanted, have: ServiceState | null, steps: readonly Step[]): FieldChange[] {
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

function summaryOf(want: Wanted, have: ServiceState | null, steps: readonly Step[]): string {
  const reasons: Partial<Record<Step, string>> = {
    stamp: 'record its files at each start',
    'daemon-reload': 'reload its unit file',
    start: have?.load === 'not-found' ? 'start, once its unit exists' : `start${failureOf(have)}`,
    restart: `restart: ${changedFiles(want.restartOn, have)}`,
    reload: `reload: ${changedFiles(want.reloadOn, have)}`,
  };
  return steps.map((step) => reasons[step] ?? step).join('; ');
}

function failureOf(have: ServiceState | null): string {
  if (have?.active === 'failed') return ` (it failed: ${have.result})`;
  if (have?.sub === 'auto-restart')
    return ` (it fails again and again: ${have.restarts} restarts, ${have.result})`;
  return '';
}

function changedFiles(paths: readonly string[], have: ServiceState | null): string {
  if (have?.started == null) return 'it is not known with which files it runs';
  return `it runs with an older ${outdated(paths, have).join(', ')}`;
}

/** What the steps before will make due here. */
function predicted(want: Wanted, changing: ReadonlySet<string>): Change | null {
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

function commandOf(want: Wanted, step: Step): Command[] {
  const { unit, paths, dropIn, timeoutSeconds } = want;
  const title = `${step} ${unit}`;
  const limit = timeoutSeconds + 120;
  if (step === 'stamp') return dropIn === null ? [] : [makeDropInDirectory(unit), putCommand(dropIn)];
  if (step === 'daemon-reload') return [{ title: 'reload unit files', script: sh`systemctl daemon-reload` }];
  if (step === 'start' || step === 'restart') {
    return [{ title, script: startScript(step, unit, want), timeoutSeconds: limit }];
  }
  if (step === 'reload') {
    return [{ title, script: reloadScript(unit, stampScript(unit, paths), want), timeoutSeconds: limit }];
  }
  return [{ title, script: sh`systemctl ${step} -- ${unit}`, timeoutSeconds: 120 }];
}

function makeDropInDirectory(unit: string): Command {
  return {
    title: `create drop-ins of ${unit}`,
    script: sh`umask 022 && mkdir -p ${`/etc/systemd/system/${unit}.d`}`,
  };
}
