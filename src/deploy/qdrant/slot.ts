import type { Config, SlotName } from '../../config/schema.js';
import { slotStorage } from '../../config/slots.js';
import type { Command } from '../../host/command.js';
import { type Script, sh } from '../../host/shell.js';
import { peerAddress } from '../../services/qdrant/config.js';

/** Qdrant may have to write all that it has in memory, as its unit allows. */
const STOP_SECONDS = 200;

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
 * is started next. A reboot forgets the order; whether it was let in is looked for.
 */
export function toJoin(config: Config, { slot, serving }: { slot: SlotName; serving: SlotName }): Command {
  const directory = joinDirectory(slot);
  return {
    title: `have slot ${slot} join the cluster of ${serving}`,
    timeoutSeconds: 600 + STOP_SECONDS,
    script: sh`
      ${stopped(slot)}
      ${emptied(config, slot)}
      mkdir -p -- ${directory}
      printf '[Service]\nEnvironment=QDRANT_BOOTSTRAP=%s\n' ${peerAddress(config, serving)} >${`${directory}/50-vdb-join.conf`}
      systemctl daemon-reload`,
  };
}

/** Takes the order of {@link toJoin} back. What runs is left alone. */
export function joined(slot: SlotName): Command {
  return {
    title: `slot ${slot} has joined`,
    script: sh`
      set -eu
      rm -rf -- ${joinDirectory(slot)}
      systemctl daemon-reload`,
  };
}

/** Below /run: what is said there is for this start alone. */
function joinDirectory(slot: SlotName): string {
  return `/run/systemd/system/${qdrantUnit(slot)}.d`;
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
