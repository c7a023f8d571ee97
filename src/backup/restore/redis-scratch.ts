import { type Script, sh } from '../../host/shell.js';
import { LOADING_SECONDS } from '../../resources/redis-ready.js';
import { REDIS_CONF } from '../../services/redis/config.js';

/** There is one at a time, under the lock of the host, so what a killed run left is found by its name. */
export const REDIS_SCRATCH_UNIT = 'vdb-scratch-redis.service';
const DIRECTORY = '/var/lib/redis/.vdb-scratch';

/**
 * Defines `scratch_start FILE`, `scratch_stop`, `scratch_keys`, `scratch_expired` and `scratch_cli`: a Redis of its own
 * on loopback with a random password, which has loaded a copy of that RDB file and writes nothing. It ends by itself
 * after an hour, and comes last where memory, CPU and disk are short.
 */
export const SCRATCH_REDIS: Script = sh`
  free_port() {
  for port in $(shuf -i 20000-32000 -n 64); do
  [ -n "$(ss -ltnH "sport = :$port")" ] || { echo "$port"; return; }
  done
  echo 'no free port was found' >&2
  return 1
  }
  scratch_stop() {
  systemctl stop ${REDIS_SCRATCH_UNIT} 2>/dev/null || true
  systemctl reset-failed ${REDIS_SCRATCH_UNIT} 2>/dev/null || true
  rm -rf ${DIRECTORY}
  }
  scratch_start() {
  scratch_stop
  install -d -m 0700 -o redis -g redis ${DIRECTORY}
  install -m 0600 -o redis -g redis -- "$1" ${DIRECTORY}/dump.rdb
  scratch_port=$(free_port)
  scratch_password=$(head -c 30 /dev/urandom | base64 -w 0 | tr -d '+/=')
  ( umask 077; printf '%s\n' 'bind 127.0.0.1' 'protected-mode yes' "port $scratch_port" "requirepass $scratch_password" \
  'dir ${DIRECTORY}' 'dbfilename dump.rdb' 'appendonly no' 'save ""' 'maxmemory 0' "databases \${2:-16}" \
  'repl-diskless-sync yes' 'repl-diskless-sync-delay 0' 'logfile ${DIRECTORY}/log' > ${DIRECTORY}/redis.conf )
  chown redis:redis ${DIRECTORY}/redis.conf
  systemd-run --quiet --collect --unit=${REDIS_SCRATCH_UNIT} -p User=redis -p Group=redis -p UMask=0077 -p Restart=no -p RuntimeMaxSec=1h \
  -p CPUWeight=10 -p IOWeight=10 -p Nice=10 -p OOMScoreAdjust=500 -p ProtectSystem=strict -p ReadWritePaths=${DIRECTORY} \
  -p ProtectHome=yes -p PrivateTmp=yes -p NoNewPrivileges=yes \
  redis-server ${DIRECTORY}/redis.conf
  scratch_wait
  }
  scratch_wait() {
  local end=$((SECONDS + ${LOADING_SECONDS}))
  while [ "$SECONDS" -lt "$end" ]; do
  [ "$(scratch_cli PING 2>&1)" != PONG ] || return 0
  systemctl is-active --quiet ${REDIS_SCRATCH_UNIT} || break
  sleep 0.2
  done
  echo 'Redis could not load the RDB file:' >&2
  tail -n 5 ${DIRECTORY}/log >&2 2>/dev/null || true
  return 1
  }
  scratch_cli() { REDISCLI_AUTH=$scratch_password redis-cli -p "$scratch_port" "$@"; }
  scratch_keys() { scratch_cli INFO keyspace | tr -d '\r' | sum_keys; }
  scratch_expired() { scratch_cli INFO persistence | tr -d '\r' | sed -n 's/^rdb_last_load_keys_expired://p'; }
  sum_keys() { awk -F '[=,]' '/^db[0-9]/ { n += $2 } END { print n + 0 }'; }`;

/** Defines `main_cli`, which talks to the Redis of the host with the password of its configuration. */
export function mainRedis(port: number): Script {
  return sh`
    command -v redis-cli >/dev/null || { echo 'Redis is not installed on the host' >&2; exit 1; }
    main_password=$(sed -n 's/^requirepass "\(.*\)"$/\1/p' ${REDIS_CONF})
    main_cli() { REDISCLI_AUTH=$main_password redis-cli -e -p ${port} "$@"; }
    main_info() { main_cli INFO "$1" | tr -d '\r' | sed -n "s/^$2://p"; }`;
}
