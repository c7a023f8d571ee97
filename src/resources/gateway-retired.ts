import type { SlotName } from '../config/schema.js';
import { defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import { named } from '../text.js';

export interface RetiredInstances {
  /** `paths.root`: settings lie in its `config`, links to releases in its `gateway`. */
  root: string;
  /** Instances that shall run: `blue-1`. */
  keep: readonly string[];
  /** The slot whose instances stay as they are, but at rest; null: there is none. */
  standby: SlotName | null;
  /** How long an instance may take to stop. */
  stopSeconds: number;
}

/** An instance of which there is something. */
interface Instance {
  name: string;
  /** It neither runs nor is started with the system. */
  atRest: boolean;
}

/** A link for the start of the system, and the drop-ins of an instance. */
const SYSTEM = '/etc/systemd/system';

/** All instances of which there is something: a unit that is not at rest, settings, drop-ins, or a link. */
const instancesKind: ProbeKind<string, readonly Instance[]> = {
  name: 'gateway-instances',
  script: ([root = '']) => sh`
    units=$(systemctl list-units --all --plain --no-legend -- 'api-gateway@*.service') || exit 1
    { printf '%s\n' "$units" | awk '$3 != "inactive" { print "busy " $1 }'
    find ${SYSTEM} -mindepth 2 -maxdepth 2 -path '*.wants/*' -name 'api-gateway@*' -printf 'busy %f\n'
    find ${SYSTEM} -maxdepth 1 -name 'api-gateway@*' -printf 'there %f\n'
    [ ! -d ${`${root}/config`} ] || find ${`${root}/config`} -maxdepth 1 -type f -name 'gateway-*.env' -printf 'there %f\n'
    [ ! -d ${`${root}/gateway`} ] || find ${`${root}/gateway`} -maxdepth 1 -type l -printf 'there %f\n'
    } | sed -nE 's/^(busy|there) (api-gateway@|gateway-|)((blue|green)-[0-9]+)(\.service|\.service\.d|\.env|)$/\1 \3/p' | sort -u`,
  parse: (stdout, args) => args.map(() => known(instancesIn(stdout))),
};

/** Lines `busy NAME` and `there NAME`. */
function instancesIn(stdout: string): Instance[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const names = [...new Set(lines.map((line) => line.slice(line.indexOf(' ') + 1)))].sort();
  return names.map((name) => ({ name, atRest: !lines.includes(`busy ${name}`) }));
}

/**
 * No instance of the gateway but those that are wanted: what a smaller number of replicas, another slot or a gateway
 * that is switched off leaves behind is stopped, and its settings and secrets go. Those of the standby slot are only
 * put to rest. Releases stay.
 */
export function gatewayRetired(options: RetiredInstances): Resource {
  const { standby, keep } = options;
  const isStandby = ({ name }: Instance) => standby !== null && name.startsWith(`${standby}-`);
  const others = (have: readonly Instance[] | null) =>
    (have ?? []).filter(({ name }) => !keep.includes(name));
  const retired = (have: readonly Instance[] | null) => others(have).filter((each) => !isStandby(each));
  const restless = (have: readonly Instance[] | null) =>
    others(have).filter((each) => isStandby(each) && !each.atRest);
  return defineResource<readonly Instance[]>({
    id: 'gateway-retired',
    title: 'replicas that are not wanted',
    probe: ask(instancesKind, options.root),
    diff: (have) => {
      const [gone, stopped] = [retired(have), restless(have)].map((each) => each.map(unitOf));
      const summary = [
        ...(gone?.length ? [`stop and remove ${named(gone, 'replica')}`] : []),
        ...(stopped?.length ? [`stop ${named(stopped, 'replica')}, on standby`] : []),
      ].join('; ');
      return summary === '' ? null : { action: gone?.length ? 'remove' : 'update', summary };
    },
    apply: (_change, have) => [
      ...restless(have).map((each) => rest(unitOf(each), options)),
      ...retired(have).map((each) => remove(each, options)),
    ],
  });
}

function unitOf({ name }: Instance): string {
  return `api-gateway@${name}.service`;
}

/** Fails unless the unit is stopped; it has the time that its requests may take. */
function stopped(unit: string): Script {
  return sh`
      systemctl stop -- ${unit} 2>/dev/null
      systemctl reset-failed -- ${unit} 2>/dev/null
      state=$(systemctl show -p ActiveState --value -- ${unit})
      [ "$state" = inactive ] || { echo ${unit} 'is not stopped, but' "$state" >&2; exit 1; }
      set -e`;
}

/** Everything of it stays, so that it can be started again. */
function rest(unit: string, { stopSeconds }: RetiredInstances): Command {
  return {
    title: `stop ${unit}`,
    timeoutSeconds: stopSeconds + 60,
    script: sh`
      ${stopped(unit)}
      rm -f -- ${SYSTEM}/*.wants/${unit}
      systemctl daemon-reload`,
  };
}

/** Stopped first; what remains of it can then be taken away. */
function remove(instance: Instance, { root, stopSeconds }: RetiredInstances): Command {
  const { name } = instance;
  const unit = unitOf(instance);
  return {
    title: `stop and remove ${unit}`,
    timeoutSeconds: stopSeconds + 60,
    script: sh`
      ${stopped(unit)}
      rm -f -- ${SYSTEM}/*.wants/${unit} /run/vdb/started/${unit} ${`${root}/config/gateway-${name}.env`} ${`${root}/gateway/${name}`}
      rm -rf -- ${`${SYSTEM}/${unit}.d`}
      systemctl daemon-reload`,
  };
}
