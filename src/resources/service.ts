import { defineResource, type Resource } from '../engine/resource.js';
import { type Command, putCommand } from '../host/command.js';
import { ask } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import { predicted, type ServiceStep, type ServiceWanted, serviceDiff, stepsOf } from './service-diff.js';
import { explainService } from './service-explain.js';
import { type ServiceState, serviceKind } from './service-probe.js';
import { reloadScript, startScript } from './service-script.js';
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
  /**
   * Passes when the unit serves. Run as root, again and again until `startTimeoutSeconds`. A running unit whose check
   * gets no answer at all is restarted.
   */
  readyCheck?: Script;
  /** Default 60. */
  startTimeoutSeconds?: number;
}

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
    probe: ask(serviceKind, {
      ...{ unit, paths, dropIn: dropIn?.path ?? null },
      readyCheck: want.readyCheck?.source ?? null,
    }),
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

function wantedOf(options: ServiceOptions): ServiceWanted {
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

function commandOf(want: ServiceWanted, step: ServiceStep): Command[] {
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
