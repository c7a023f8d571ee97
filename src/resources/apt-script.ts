import { type Script, sh } from '../host/shell.js';
import { loopbackFirst } from './apt-loopback.js';

/** Touched after each successful update. The lists' own times are the mirror's, not ours. */
const UPDATED = '/run/vdb/apt-updated';

const ENVIRONMENT = sh`export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 UCF_FORCE_CONFFOLD=1 APT_LISTCHANGES_FRONTEND=none`;

/**
 * What an interrupted dpkg left is finished first, and installed again where it died while unpacking. Another package manager that is still at work looks the
 * same from outside, so its lock is waited for.
 */
const REPAIR = sh`
  repair() {
  [ -n "$(ls -A /var/lib/dpkg/updates 2>/dev/null)$(dpkg --audit 2>/dev/null)" ] || return 0
  settled=
  for attempt in $(seq 60); do
  said=$(dpkg --configure -a --force-confdef --force-confold 2>&1) && { settled=yes; break; }
  case $said in *'lock was locked by'*) sleep 5 ;; *) break ;; esac
  done
  set -- $(dpkg-query -W -f='\${db:Status-Eflag} \${binary:Package}\n' | sed -n 's/^reinstreq //p')
  if [ $# -gt 0 ]; then
  apt-get install -y -q --reinstall --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
  -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -- "$@" </dev/null >&2 || return 1
  settled=yes
  fi
  [ -z "$settled" ] || return 0
  printf '%s\n' "$said" >&2
  return 1
  }`;

/** A mirror that fails is no reason to stop as long as the packages can be had from the lists there are. */
const UPDATE = sh`
  update() {
  for attempt in $(seq 60); do
  said=$(apt-get update -q -o DPkg::Lock::Timeout=300 -o APT::Update::Error-Mode=any 2>&1) && { mkdir -p /run/vdb; touch ${UPDATED}; return 0; }
  case $said in *"Could not get lock"*) sleep 5 ;; *) break ;; esac
  done
  printf '%s\n' "$said" | grep '^[EW]:' >&2
  return 0
  }
  lists_are_fresh() {
  [ -n "$(find ${UPDATED} -mmin -1440 2>/dev/null)" ] || return 1
  ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 || return 1
  [ -z "$(find /etc/apt/sources.list /etc/apt/sources.list.d -newer ${UPDATED} 2>/dev/null)" ]
  }`;

/** Bash that installs `packages`: lists are updated when stale, or once more when the install fails for them. */
export function aptScript(packages: readonly string[]): Script {
  return sh`
    ${ENVIRONMENT}
    ${REPAIR}
    ${UPDATE}
    install() {
    apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -- ${packages} 2>&1 >&3 </dev/null | tee "$log" >&2
    return "\${PIPESTATUS[0]}"
    }
    exec 3>&1
    log=$(mktemp) && trap 'rm -f "$log"' EXIT
    repair || exit 1
    ${loopbackFirst(packages) ?? []}
    updated=
    lists_are_fresh || { update; updated=yes; }
    install && exit 0
    [ -z "$updated" ] && grep -qE 'Unable to locate package|has no installation candidate|404 +Not Found|Unable to fetch' "$log" || exit 1
    update
    install`;
}
