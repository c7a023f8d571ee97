import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind, pending } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { REDIS_CONF } from '../services/redis/config.js';

const MAIN_CONF = '/etc/redis/redis.conf';
const LINE = `include ${REDIS_CONF}`;

interface IncludeHave {
  /** The last line that is neither empty nor a comment. */
  last: string;
}

const include: ProbeKind<null, IncludeHave> = {
  name: 'redis-include',
  script: () => sh`
    [ -f ${MAIN_CONF} ] || { echo absent; exit 0; }
    echo present
    grep -vE '^[[:space:]]*(#|$)' ${MAIN_CONF} | tail -n 1`,
  parse: (stdout, args) => {
    const [state, last = ''] = stdout.split('\n');
    return args.map(() =>
      state === 'present' ? known<IncludeHave>({ last }) : pending('Redis is not installed yet'),
    );
  },
};

/**
 * The distribution's `redis.conf` ends with an include of vdb's file. It has to be the end: of settings that
 * occur twice, Redis takes the last.
 */
export function redisInclude(): Resource {
  return defineResource<IncludeHave>({
    id: 'redis-include',
    title: `${MAIN_CONF} includes ${REDIS_CONF}`,
    probe: ask(include, null),
    diff: (have) => includeChange(have),
    apply: () => [appendInclude()],
  });
}

function includeChange(have: IncludeHave | null): Change | null {
  const change: Change = { action: 'update', summary: `end with "${LINE}"` };
  if (have === null) return change;
  if (have.last === LINE) return null;
  return {
    ...change,
    fields: [{ field: 'last setting', have: have.last.split(' ')[0] ?? '', want: LINE }],
  };
}

/** Moves the line to the end, in a copy that then takes the file's place with its owner and mode. */
function appendInclude(): Command {
  return {
    title: `include ${REDIS_CONF} in ${MAIN_CONF}`,
    script: sh`
      set -eu
      umask 077
      t=$(mktemp ${`${MAIN_CONF}.XXXXXX`})
      trap 'rm -f "$t"' EXIT
      { grep -vxF ${LINE} ${MAIN_CONF} || [ $? = 1 ]; } > "$t"
      printf '%s\n' ${LINE} >> "$t"
      chown --reference=${MAIN_CONF} "$t"
      chmod --reference=${MAIN_CONF} "$t"
      sync "$t"
      mv -fT "$t" ${MAIN_CONF}
      trap - EXIT`,
  };
}
