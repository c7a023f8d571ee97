import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { literals } from './postgres-psql.js';

/** The cluster that shall be stopped, and the database whose presence does not count against that. */
export interface PostgresStopped {
  major: number;
  database: string;
}

interface StoppedHave {
  /** `ActiveState` by unit. */
  active: Record<string, string>;
  /** `UnitFileState` by unit. */
  enabled: Record<string, string>;
  /** Databases of others, here or in another cluster that runs. */
  others: string[];
}

/** Debian's unit for all clusters comes first: it starts the others. */
const unitsOf = (major: number): string[] => ['postgresql.service', `postgresql@${major}-main.service`];

const stopped: ProbeKind<PostgresStopped, StoppedHave> = {
  name: 'postgres-stopped',
  script: ([want]) => {
    const { major, database } = want as PostgresStopped;
    const sql = `SELECT datname FROM pg_database WHERE NOT datistemplate AND datname NOT IN (${literals(['postgres', database])});`;
    return sh`
      set -o pipefail
      systemctl show -p Id,ActiveState,UnitFileState -- ${unitsOf(major)} || exit 1
      cd /
      if command -v psql >/dev/null; then
      if runuser -u postgres -- pg_isready -q; then
      runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d postgres -c ${sql} | sed 's/^/other=database /' || exit 1
      else
      case $(systemctl is-active ${`postgresql@${major}-main.service`}) in
      active|activating|reloading) echo 'PostgreSQL runs but does not answer, so whose databases it has is not known' >&2; exit 1 ;;
      esac
      fi
      fi
      if command -v pg_lsclusters >/dev/null; then
      pg_lsclusters -h | awk -v major=${major} '($1 != major || $2 != "main") && $4 ~ /^online/ { print "other=cluster " $1 "/" $2 }'
      fi`;
  },
  parse: (stdout, args) => args.map(() => known(stateOf(stdout))),
};

function stateOf(stdout: string): StoppedHave {
  const have: StoppedHave = { active: {}, enabled: {}, others: [] };
  let properties: Record<string, string> = {};
  for (const line of stdout.split('\n')) {
    const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (key === 'other') have.others.push(value);
    else if (key === '') properties = {};
    else properties[key] = value;
    const { Id, ActiveState, UnitFileState } = properties;
    if (Id === undefined) continue;
    if (ActiveState !== undefined) have.active[Id] = ActiveState;
    if (UnitFileState !== undefined) have.enabled[Id] = UnitFileState;
  }
  return have;
}

/** PostgreSQL neither runs nor starts with the system, unless others have databases in it: then it is left alone. */
export function postgresStopped(want: PostgresStopped): Resource {
  const units = unitsOf(want.major);
  return defineResource<StoppedHave>({
    id: `postgres-stopped:${want.major}`,
    title: 'PostgreSQL',
    probe: ask(stopped, want),
    diff: (have) => (have === null ? null : stopChange(units, have)),
    apply: () => [
      {
        title: 'stop and disable PostgreSQL',
        script: sh`systemctl disable --now -- ${units}`,
        timeoutSeconds: 300,
      },
    ],
  });
}

function stopChange(units: readonly string[], { active, enabled, others }: StoppedHave): Change | null {
  const fields: FieldChange[] = units.flatMap((unit) => [
    ...(['active', 'activating', 'reloading', 'deactivating'].includes(active[unit] ?? '')
      ? [{ field: unit, have: active[unit] ?? '', want: 'inactive' }]
      : []),
    ...(enabled[unit] === 'enabled' ? [{ field: `${unit} at boot`, have: 'enabled', want: 'disabled' }] : []),
  ]);
  if (fields.length === 0) return null;
  const change: Change = { action: 'update', summary: 'stop it, and do not start it at boot', fields };
  return others.length === 0 ? change : { ...change, refused: inUse(units, others) };
}

function inUse(units: readonly string[], others: readonly string[]): { why: string; next: string } {
  return {
    why: `PostgreSQL also serves ${others.join(', ')}, so it was left running.`,
    next: `When nobody needs them: systemctl disable --now ${units.join(' ')}`,
  };
}
