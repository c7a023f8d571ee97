import type { Config, SlotName } from '../config/schema.js';
import { type Script, sh } from '../host/shell.js';
import { adminHeader } from '../services/qdrant/place.js';
import { LOG_LINES } from './prelude.js';

/** One file of the bundle: what is asked on the host for it. It only looks. */
export interface Part {
  /** Its name in the archive. */
  file: string;
  /** What is in it, for the table of contents. */
  what: string;
  /** Lines of the commands of `prelude.ts`, as the body of a function. */
  script: Script;
  /** How long all of it may take. Default 20; each command has a limit of its own. */
  seconds?: number;
}

const SLOTS: readonly SlotName[] = ['blue', 'green'];

/** Everything that the bundle asks the host for, for this configuration. Needs no fact of the host. Pure. */
export function partsOf(config: Config): Part[] {
  return [...hostParts(config), ...unitParts(), ...serviceParts(config), ...configurationParts(config)];
}

function hostParts({ paths }: Config): Part[] {
  const data = [paths.storage, paths.backups];
  return [
    {
      file: 'host/system.txt',
      what: 'release, kernel, load, virtualisation, limits of the machine',
      script: sh`run uname -a; run cat /etc/os-release; run uptime; run nproc; run systemd-detect-virt; run lscpu
        run systemctl is-system-running`,
    },
    {
      file: 'host/memory.txt',
      what: 'memory, swap, pressure, the largest processes (by name, without their arguments)',
      script: sh`run free -m; run cat /proc/meminfo; run swapon --show
        for kind in cpu io memory; do run cat /proc/pressure/$kind; done
        run bash -c 'ps -eo pid,user,rss,pcpu,nlwp,etime,stat,comm --sort=-rss | head -n 40'`,
    },
    {
      file: 'host/storage.txt',
      what: 'mounts, free space and inodes, block devices',
      script: sh`run df -hT; run df -i; run findmnt; run lsblk -o NAME,SIZE,TYPE,FSTYPE,MOUNTPOINT,ROTA,SCHED
        run cat /etc/fstab; run ls -lad ${data}`,
    },
    {
      file: 'host/usage.txt',
      what: 'what takes how much space below the data directories',
      seconds: 30,
      script: sh`limit=14; run du -xh --max-depth=2 ${data}`,
    },
    {
      file: 'host/sockets.txt',
      what: 'what listens, and how many connections there are',
      script: sh`run ss -lntup; run ss -s`,
    },
    {
      file: 'host/network.txt',
      what: 'addresses, routes, resolver, the firewall as it is in force',
      script: sh`run ip -br address; run ip route; run cat /etc/resolv.conf; run nft list ruleset`,
    },
    {
      file: 'host/kernel.txt',
      what: 'kernel settings that matter here',
      script: sh`run sysctl vm.max_map_count vm.swappiness vm.overcommit_memory vm.dirty_ratio vm.dirty_background_ratio
        run sysctl fs.file-max fs.file-nr net.core.somaxconn net.ipv4.tcp_max_syn_backlog
        run cat /sys/kernel/mm/transparent_hugepage/enabled`,
    },
    {
      file: 'host/time.txt',
      what: 'clock and its synchronisation',
      script: sh`run date -Is; run timedatectl show; run chronyc -n tracking`,
    },
    {
      file: 'host/processes.txt',
      what: 'limits and open files of the services',
      script: sh`for name in qdrant postgres redis-server; do
        for pid in $(pgrep -o -x "$name"); do run cat "/proc/$pid/limits"; run bash -c "ls /proc/$pid/fd | wc -l"; done
        done
        [ $((well + ill)) -gt 0 ] || { echo 'none of the services runs'; well=1; }`,
    },
    {
      file: 'host/versions.txt',
      what: 'versions of programs and packages',
      seconds: 30,
      script: sh`run ${paths.root}/venv/bin/python -V; run python3 -V; run psql --version; run redis-server --version
        run node --version; run systemctl --version; run curl --version; run ls -l ${paths.root}/slots ${paths.root}/releases
        run bash -c ${PACKAGES}
        run bash -c ${`cd ${paths.root}/venv/lib/python3.*/site-packages && ls -d *.dist-info`}`,
    },
  ];
}

const PACKAGES = `dpkg-query -W -f '\${binary:Package} \${Version} \${db:Status-Abbrev}\\n' | grep -E '^(linux-image|systemd|openssh|postgresql|redis|haproxy|prometheus|chrony|nftables|nodejs|python3|libpq|unattended-upgrades|curl|libc6|libssl)'`;

const UNITS = [
  'qdrant@blue.service',
  'qdrant@green.service',
  'api-gateway@*.service',
  'postgresql@*.service',
  'redis-server.service',
  'haproxy.service',
  'prometheus.service',
  'chrony.service',
  'nftables.service',
  'ssh.service',
] as const;

const PROPERTIES =
  'Id,LoadState,ActiveState,SubState,Result,UnitFileState,NRestarts,MainPID,ExecMainStatus,ExecMainStartTimestamp,ActiveEnterTimestamp,InactiveEnterTimestamp,MemoryCurrent,MemoryMax,TasksCurrent,LimitNOFILE,FragmentPath,DropInPaths,NeedDaemonReload';

function unitParts(): Part[] {
  return [
    {
      file: 'units/states.txt',
      what: 'failed units, states and properties of the services, timers',
      script: sh`run systemctl --failed --no-pager --plain
        run systemctl list-units --all --no-pager --plain ${UNITS}
        run systemctl show --no-pager -p ${PROPERTIES} ${UNITS}
        run systemctl list-timers --all --no-pager`,
    },
    {
      file: 'units/files.txt',
      what: 'unit files of the services with their drop-ins',
      script: sh`for unit in qdrant@blue.service qdrant@green.service api-gateway@.service postgresql@.service redis-server.service; do
        run systemctl cat --no-pager "$unit"; done`,
    },
    ...UNITS.map((unit) => ({
      file: `journal/${unit.replace('.service', '').replace('@*', '')}.txt`,
      what: `the last ${LOG_LINES} lines of ${unit}`,
      script: sh`journal ${unit}`,
    })),
    {
      file: 'journal/errors.txt',
      what: 'the last errors of any unit, and of the kernel',
      script: sh`run journalctl -p err -n ${LOG_LINES} --no-pager -o short-iso; run journalctl -k -n 100 --no-pager -o short-iso`,
    },
    {
      file: 'journal/files.txt',
      what: 'the end of the log files of PostgreSQL and Redis',
      script: sh`for file in /var/log/postgresql/*.log /var/log/redis/*.log; do
        [ ! -f "$file" ] || run tail -n ${LOG_LINES} "$file"; done
        [ $((well + ill)) -gt 0 ] || { echo 'there are no such files'; well=1; }`,
    },
  ];
}

function serviceParts(config: Config): Part[] {
  const key = adminHeader(config);
  const { postgres, redis } = config;
  return [
    ...SLOTS.map((slot) =>
      qdrantPart(slot, config.qdrant.slots[slot].http, key, Object.keys(config.collections)),
    ),
    ...(postgres.enabled ? [postgresPart(postgres)] : []),
    ...(redis.enabled ? [redisPart(redis.port)] : []),
  ];
}

/** Health, collections and cluster; not the telemetry, which nobody needs for a support case. */
function qdrantPart(slot: SlotName, port: number, keyFile: string, collections: readonly string[]): Part {
  const paths = [
    ...['', 'livez', 'readyz', 'collections', 'aliases', 'cluster', 'issues'],
    ...collections.map((name) => `collections/${encodeURIComponent(name)}`),
  ];
  const urls = paths.map((path) => `http://127.0.0.1:${port}/${path}`);
  return {
    file: `qdrant/${slot}.txt`,
    what: `what Qdrant answers in slot ${slot}: health, collections, cluster`,
    seconds: 40,
    script: sh`limit=6
      listens=$(timeout 2 bash -c ${`: </dev/tcp/127.0.0.1/${port}`} 2>&1) || {
      echo ${`nothing answers on port ${port}, so it was not asked: `}"$listens"; well=1; return; }
      for url in ${urls}; do
      run curl -q -sS -g --noproxy '*' -m 5 -H ${`@${keyFile}`} "$url"
      done`,
  };
}

function postgresPart({ host, port, database }: Config['postgres']): Part {
  const psql = sh`run runuser -u postgres -- psql -X -p ${port} -d postgres -c`;
  const inDatabase = sh`run runuser -u postgres -- psql -X -p ${port} -d ${database} -c`;
  return {
    file: 'postgres/state.txt',
    what: 'version, databases, roles without their passwords, connections, settings that were changed, tables',
    seconds: 40,
    script: sh`cd /; limit=6
      run pg_isready -t 5 -h ${host} -p ${port}
      run pg_lsclusters
      ${psql} 'select version()'
      ${psql} ${'\\l+'}
      ${psql} ${'\\du'}
      ${psql} 'select datname, usename, state, count(*), max(now() - xact_start) as oldest from pg_stat_activity group by 1, 2, 3'
      ${psql} "select name, setting, unit, source from pg_settings where source not in ('default', 'override')"
      ${psql} 'select line_number, type, database, user_name, address, auth_method, error from pg_hba_file_rules'
      ${inDatabase} ${'\\dx'}
      ${inDatabase} ${'\\dt+'}`,
  };
}

/**
 * Time in seconds since the epoch, duration in microseconds and name of the last slow commands. Their arguments are what
 * users have cached, and stay there. In CSV every argument is quoted, and the three numbers before them are not.
 */
function slowCommands(port: number): string {
  return sh`
    set -o pipefail
    export LC_ALL=C
    redis-cli --no-auth-warning -p ${port} --csv SLOWLOG GET 10 |
    { grep -oE ${'"([^"\\\\]|\\\\.)*"|[0-9]+|^ERROR.*'} || true; } |
    awk ${'/^ERROR/ { print; exit 1 } /^[0-9]/ { number[count++] = $0; next } count == 3 { print number[1], number[2] " us", ($0 ~ /^"[A-Za-z.]+"$/ ? $0 : "?") } { count = 0 }'}`
    .source;
}

/** The password travels in the environment, which only root can read; so does that of the check. */
function redisPart(port: number): Part {
  const cli = sh`redis-cli --no-auth-warning -p ${port}`;
  return {
    file: 'redis/info.txt',
    what: 'what Redis says of itself, its slow commands without their arguments, its memory',
    script: sh`limit=5
      REDISCLI_AUTH=$(sed -n 's/^requirepass "\(.*\)"$/\1/p' /etc/redis/vdb.conf 2>/dev/null)
      export REDISCLI_AUTH
      run ${cli} INFO; run bash -c ${slowCommands(port)}; run ${cli} CONFIG GET '*memory*'; run ${cli} CLIENT LIST`,
  };
}

function configurationParts({ paths }: Config): Part[] {
  const { root, citadel, state } = paths;
  return [
    {
      file: 'vdb/journal.ndjson',
      what: 'what vdb did here, the last lines of its journal',
      script: sh`tail -n ${LOG_LINES} ${`${state}/journal.ndjson`} && well=1`,
    },
    {
      file: 'vdb/state.txt',
      what: 'what vdb wrote down, and whether something is under way',
      script: sh`show ${`${state}/state.json`}; run ls -la ${state} /run/vdb`,
    },
    {
      file: 'config/qdrant.txt',
      what: 'configuration and environment of the slots',
      script: sh`run ls -la ${`${root}/config`}; show ${`${root}/config`}/* ${`${root}/config/.admin-header`} ${`${root}/slots`}/*/manifest.json`,
    },
    {
      file: 'config/postgres.txt',
      what: 'settings and access rules of PostgreSQL, and of the database layer',
      script: sh`show /etc/postgresql/*/main/postgresql.conf /etc/postgresql/*/main/conf.d/*.conf
        show /etc/postgresql/*/main/pg_hba.conf /var/lib/postgresql/*/main/postgresql.auto.conf
        show ${`${citadel}/.env`} ${`${citadel}/config`}/*`,
    },
    { file: 'config/redis.txt', what: 'configuration of Redis', script: sh`show /etc/redis/*.conf` },
    {
      file: 'config/system.txt',
      what: 'firewall, kernel settings, limits, time, package updates, as they are on disk',
      script: sh`show /etc/nftables.conf /etc/nftables.d/* /etc/sysctl.conf /etc/sysctl.d/* /etc/security/limits.d/*
        show /etc/chrony/sources.d/* /etc/apt/apt.conf.d/*vdb* /etc/apt/apt.conf.d/20auto-upgrades /etc/profile.d/vdb-*
        show /etc/systemd/system/*.service /etc/systemd/system/*.service.d/*.conf /etc/systemd/system/*.timer`,
    },
    {
      file: 'config/ssh.txt',
      what: 'how sshd is configured',
      script: sh`run sshd -T`,
    },
  ];
}
