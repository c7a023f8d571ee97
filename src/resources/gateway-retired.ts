import { defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { named } from '../text.js';

export interface RetiredInstances {
  /** `paths.root`: settings lie in its `config`, links to releases in its `gateway`. */
  root: string;
  /** Instances that shall run: `blue-1`. */
  keep: readonly string[];
  /** How long an instance may take to stop. */
  stopSeconds: number;
}

/** A link for the start of the system, and the drop-ins of an instance. */
const SYSTEM = '/etc/systemd/system';

/** The names of all instances of which there is something: a unit that is not at rest, settings, or a link. */
const instancesKind: ProbeKind<string, readonly string[]> = {
  name: 'gateway-instances',
  script: ([root = '']) => sh`
    units=$(systemctl list-units --all --plain --no-legend -- 'api-gateway@*.service') || exit 1
    { printf '%s\n' "$units" | awk '$3 != "inactive" { print $1 }'
    find ${SYSTEM} -maxdepth 2 -name 'api-gateway@*' -printf '%f\n'
    [ ! -d ${`${root}/config`} ] || find ${`${root}/config`} -maxdepth 1 -type f -name 'gateway-*.env' -printf '%f\n'
    [ ! -d ${`${root}/gateway`} ] || find ${`${root}/gateway`} -maxdepth 1 -type l -printf '%f\n'
    } | sed -nE 's/^(api-gateway@|gateway-|)((blue|green)-[0-9]+)(\.service|\.service\.d|\.env|)$/\2/p' | sort -u`,
  parse: (stdout, args) => args.map(() => known(stdout.split('\n').filter((name) => name !== ''))),
};

/**
 * No instance of the gateway but those that are wanted: what a smaller number of replicas, another slot or a gateway
 * that is switched off leaves behind is stopped, and its settings and secrets go. Releases stay.
 */
export function gatewayRetired(options: RetiredInstances): Resource {
  const retired = (have: readonly string[] | null) =>
    (have ?? []).filter((name) => !options.keep.includes(name));
  return defineResource<readonly string[]>({
    id: 'gateway-retired',
    title: 'replicas that are not wanted',
    probe: ask(instancesKind, options.root),
    diff: (have) => {
      const names = retired(have);
      if (names.length === 0) return null;
      const summary = `stop and remove ${named(names.map(unitOf), 'replica')}`;
      return { action: 'remove', summary };
    },
    apply: (_change, have) => retired(have).map((name) => remove(name, options)),
  });
}

function unitOf(name: string): string {
  return `api-gateway@${name}.service`;
}

/** Stopped first, with the time that its requests may take; what remains of it can then be taken away. */
function remove(name: string, { root, stopSeconds }: RetiredInstances): Command {
  const unit = unitOf(name);
  return {
    title: `stop and remove ${unit}`,
    timeoutSeconds: stopSeconds + 60,
    script: sh`
      systemctl stop -- ${unit} 2>/dev/null
      systemctl reset-failed -- ${unit} 2>/dev/null
      state=$(systemctl show -p ActiveState --value -- ${unit})
      [ "$state" = inactive ] || { echo ${unit} 'is not stopped, but' "$state" >&2; exit 1; }
      set -e
      rm -f -- ${SYSTEM}/*.wants/${unit} /run/vdb/started/${unit} ${`${root}/config/gateway-${name}.env`} ${`${root}/gateway/${name}`}
      rm -rf -- ${`${SYSTEM}/${unit}.d`}
      systemctl daemon-reload`,
  };
}
