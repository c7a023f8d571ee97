import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

const SYSTEM = '/etc/systemd/system';

/** Where a distribution has its units. */
const PACKAGED = '/usr/lib/systemd/system';

export interface TargetWants {
  /** `vdb.target`. */
  target: string;
  /** The services that start with it. Those of an instance are vdb's own, the others the distribution's. */
  units: readonly string[];
}

const wantsKind: ProbeKind<string, readonly string[]> = {
  name: 'target-wants',
  script: (targets) => sh`
    for target in ${targets}; do
    echo "@@ $target"
    [ ! -d ${SYSTEM}/"$target.wants" ] || find ${SYSTEM}/"$target.wants" -mindepth 1 -maxdepth 1 -printf '%f\n' || exit 1
    done`,
  parse: (stdout, targets) => {
    const [, ...answers] = stdout.split(/^@@ .*\n/m);
    return targets.map((_, index) => known((answers[index] ?? '').split('\n').filter(Boolean).sort()));
  },
};

/**
 * The target starts these services and no others. They are links as `systemctl enable` makes them, so that `systemctl
 * disable` of a service takes it out of the target too. Nothing is started or stopped.
 */
export function targetWants({ target, units }: TargetWants): Resource {
  return defineResource<readonly string[]>({
    id: `target-wants:${target}`,
    title: `what starts with ${target}`,
    probe: ask(wantsKind, target),
    diff: (have) => wantsChange(units, have ?? []),
    apply: (_change, have) => [
      {
        title: `set what starts with ${target}`,
        script: sh`
          set -eu
          umask 022
          wants=${`${SYSTEM}/${target}.wants`}
          mkdir -p -- "$wants"
          for unit in ${units}; do
          case $unit in *@*) from=${SYSTEM}/"\${unit%%@*}@.service" ;; *) from=${PACKAGED}/"$unit" ;; esac
          ln -sfn -- "$from" "$wants/$unit"
          done
          for unit in ${(have ?? []).filter((unit) => !units.includes(unit))}; do rm -f -- "$wants/$unit"; done
          systemctl daemon-reload`,
      },
    ],
  });
}

function wantsChange(units: readonly string[], have: readonly string[]): Change | null {
  const missing = units.filter((unit) => !have.includes(unit));
  const extra = have.filter((unit) => !units.includes(unit));
  if (missing.length + extra.length === 0) return null;
  const fields: FieldChange[] = [
    ...missing.map((unit) => ({ field: unit, have: 'not started with it', want: 'started with it' })),
    ...extra.map((unit) => ({ field: unit, have: 'started with it', want: 'not started with it' })),
  ];
  const summary = [
    ...(missing.length > 0 ? [`start ${missing.join(', ')} with it`] : []),
    ...(extra.length > 0 ? [`no longer ${extra.join(', ')}`] : []),
  ].join('; ');
  return { action: 'update', summary, fields };
}
