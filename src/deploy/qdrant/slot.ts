import type { Config, SlotName } from '../../config/schema.js';
import { slotStorage } from '../../config/slots.js';
import type { Command } from '../../host/command.js';
import { type Script, sh } from '../../host/shell.js';
import { peerAddress } from '../../services/qdrant/config.js';

/** Qdrant may have to write all that it has in memory, as its unit allows. */
const STOP_SECONDS = 200;
/** One that waits for an agreement that cannot come does not end by itself: what it has acknowledged is in its log. */
const HUNG_SECONDS = 3;
/** A Qdrant that keeps ending is started by systemd five times; then it counts as failed. */
const WAKE_SECONDS = 120;
/** One that answers and is not ready catches up with its cluster, unless that does not know it any more. */
const CATCH_UP_SECONDS = 30;

/** The unit of a slot. */
export function qdrantUnit(slot: SlotName): string {
  return `qdrant@${slot}.service`;
}

/** Stops a slot, which is not started with the system any more either. Fails where it goes on running. */
export function stopSlot(slot: SlotName): Command {
  const unit = qdrantUnit(slot);
  return {
    title: `stop ${unit}`,
    timeoutSeconds: STOP_SECONDS + 60,
    script: sh`
      ${stopped(slot)}
      systemctl disable --quiet -- ${unit}
      rm -rf -- ${joinDirectory(slot)}
      systemctl daemon-reload`,
  };
}

/** Removes what a slot holds, which must not run: its directories stay. */
export function emptySlot(config: Config, slot: SlotName): Command {
  return {
    title: `empty the storage of slot ${slot}`,
    timeoutSeconds: 600,
    script: sh`
      ${stopped(slot)}
      ${emptied(config, slot)}`,
  };
}

/**
 * Has a slot begin with nothing, as a peer of the cluster of the slot that serves: it asks that one to be let in when it
 * is started next. A reboot forgets the order; whether it was let in is looked for. `keyless`: the other one sends no key
 * to its peers, so until the next reboot this one asks for none from those on loopback.
 */
export function toJoin(
  config: Config,
  { slot, serving, keyless }: { slot: SlotName; serving: SlotName; keyless: boolean },
): Command {
  const directory = joinDirectory(slot);
  const asks = keyless
    ? sh`printf '[Service]\nEnvironment=QDRANT__SERVICE__ENFORCE_INTERNAL_AUTH=false\n' >${`${directory}/55-vdb-keyless.conf`}`
    : sh`rm -f -- ${`${directory}/55-vdb-keyless.conf`}`;
  return {
    title: `have slot ${slot} join the cluster of ${serving}`,
    timeoutSeconds: 600 + STOP_SECONDS,
    script: sh`
      ${stopped(slot)}
      ${emptied(config, slot)}
      mkdir -p -- ${directory}
      printf '[Service]\nEnvironment=QDRANT_BOOTSTRAP=%s\n' ${peerAddress(config, serving)} >${`${directory}/50-vdb-join.conf`}
      ${asks}
      systemctl daemon-reload`,
  };
}

/** Starts a slot as it is, where it does not run, and waits until it is ready. */
export function wakeSlot(config: Config, slot: SlotName): Command {
  const unit = qdrantUnit(slot);
  return {
    title: `start ${unit}`,
    timeoutSeconds: WAKE_SECONDS + 60,
    script: sh`
      systemctl reset-failed -- ${unit} 2>/dev/null
      set -eu
      systemctl start -- ${unit}
      ${untilReady(config, slot, WAKE_SECONDS)}`,
  };
}

/** Has a slot run from another release when it is started next. */
export function takeRelease({ paths }: Pick<Config, 'paths'>, slot: SlotName, release: string): Command {
  const link = `${paths.root}/slots/${slot}`;
  return {
    title: `have slot ${slot} run ${release}`,
    script: sh`
      ${stopped(slot)}
      ln -sfn -- ${`${paths.root}/releases/${release}`} ${`${link}.new`}
      mv -fT -- ${`${link}.new`} ${link}`,
  };
}

/**
 * Restarts a slot as the only peer of its cluster, whatever it was told of others before: for one whose other peer is gone for good,
 * without which nothing can be agreed on. Nobody is served until it has loaded its collections.
 */
export function reinitiate(config: Config, slot: SlotName): Command {
  const { root } = config.paths;
  const unit = qdrantUnit(slot);
  const directory = joinDirectory(slot);
  return {
    title: `restart ${unit} as the only peer`,
    timeoutSeconds: 900,
    script: sh`
      set -eu
      end() { rm -rf -- ${directory}; systemctl daemon-reload; }
      trap end EXIT
      mkdir -p -- ${directory}
      printf '[Service]\nTimeoutStopSec=%s\nExecStart=\nExecStart=%s --config-path %s --reinit\n' ${HUNG_SECONDS} ${`${root}/slots/${slot}/qdrant`} ${`${root}/config/qdrant-${slot}.yaml`} >${`${directory}/60-vdb-reinit.conf`}
      systemctl daemon-reload
      systemctl restart -- ${unit}
      ${untilReady(config, slot, 600)}`,
  };
}

/** Takes the order of {@link toJoin} back. What runs is left alone. */
export function joined(slot: SlotName): Command {
  return {
    title: `slot ${slot} has joined`,
    script: sh`
      set -eu
      rm -f -- ${`${joinDirectory(slot)}/50-vdb-join.conf`}
      systemctl daemon-reload`,
  };
}

/** Below /run: what is said there is for this start alone. */
function joinDirectory(slot: SlotName): string {
  return `/run/systemd/system/${qdrantUnit(slot)}.d`;
}

function untilReady({ qdrant }: Config, slot: SlotName, seconds: number): Script {
  const unit = qdrantUnit(slot);
  return sh`
    answers() {
    local until=$((SECONDS + $1))
    shift
    until curl -q -sS "$@" -o /dev/null --noproxy '*' --max-time 5 ${`http://127.0.0.1:${qdrant.slots[slot].http}/readyz`} 2>/dev/null; do
    [ "$SECONDS" -lt "$until" ] && ! systemctl is-failed --quiet -- ${unit} || { journalctl -u ${unit} -n 15 --no-pager -o cat >&2; exit 1; }
    sleep 0.2
    done
    }
    answers ${seconds}
    answers ${CATCH_UP_SECONDS} --fail`;
}

function stopped(slot: SlotName): Script {
  const unit = qdrantUnit(slot);
  return sh`
    systemctl stop -- ${unit} 2>/dev/null
    systemctl reset-failed -- ${unit} 2>/dev/null
    state=$(systemctl show -p ActiveState --value -- ${unit})
    [ "$state" = inactive ] || { echo ${unit} 'is not stopped, but' "$state" >&2; exit 1; }
    set -e`;
}

/** The directories may be mounts of their own, so they stay. */
function emptied(config: Config, slot: SlotName): Script {
  const base = slotStorage(config, slot);
  const places = ['storage', 'snapshots', 'tmp'].map((name) => `${base}/${name}`);
  return sh`
    for place in ${places}; do
    [ ! -d "$place" ] || find "$place" -xdev -mindepth 1 -delete
    done`;
}
