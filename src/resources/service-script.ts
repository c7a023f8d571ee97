import { type Script, sh } from '../host/shell.js';

export interface WaitOptions {
  /** Passes when the unit serves. */
  readyCheck?: Script | undefined;
  /** How long it may take until it is active and ready. */
  timeoutSeconds: number;
}

/**
 * Starts or restarts `unit` and waits until it is active, stays so for a second and its ready check passes.
 * Fails with the end of its journal when it does not, or when systemd keeps restarting it.
 */
export function startScript(verb: 'start' | 'restart', unit: string, options: WaitOptions): Script {
  return sh`
    ${failure(unit)}
    systemctl reset-failed -- ${unit} 2>/dev/null
    systemctl ${verb} --no-block -- ${unit} || fail "systemd refused to ${verb} it"
    ${waitScript(unit, options)}`;
}

/** Reloads `unit`; `stamp` records the files as they were before, so that a later change is seen. */
export function reloadScript(unit: string, stamp: Script, options: WaitOptions): Script {
  return sh`
    ${failure(unit)}
    ${stamp}
    systemctl reload -- ${unit} || { rm -f /run/vdb/started/${unit}; fail 'it could not be reloaded'; }
    ${waitScript(unit, options)}`;
}

/** The state comes last: the end of the output is what people are shown. */
function failure(unit: string): Script {
  return sh`fail() {
    { journalctl -u ${unit} -n 15 --no-pager -o cat
    systemctl status --no-pager -n 0 -- ${unit} | grep -E '^ +(Loaded|Active|Process):'
    echo ${`${unit}:`} "$1"; } >&2
    exit 1
    }`;
}

function waitScript(unit: string, { readyCheck, timeoutSeconds }: WaitOptions): Script {
  return sh`
    ready() {
    ( ${readyCheck ?? sh`:`} ) >/dev/null 2>&1 </dev/null
    }
    state=
    calm=
    end=$((SECONDS + ${timeoutSeconds}))
    while :; do
    before=$state
    state=$(systemctl show -p ActiveState,SubState,MainPID,NRestarts,Job -- ${unit})
    case $state in
    *SubState=auto-restart*) fail 'it ends as soon as it is started, and systemd starts it again' ;;
    *Job=[1-9]*) ;;
    *ActiveState=failed*) fail 'it failed to start' ;;
    *ActiveState=inactive*) fail 'it ended at once' ;;
    *ActiveState=active*) [ "$state" = "$before" ] && calm=$((calm + 1)) && [ "$calm" -ge 2 ] && ready && exit 0 ;;
    esac
    [ "$state" = "$before" ] || calm=0
    [ "$SECONDS" -lt "$end" ] || fail 'it is not ready after '${timeoutSeconds}' s'
    sleep 0.5
    done`;
}
