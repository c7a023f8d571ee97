import { known, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';

/** What to look at: one replica. */
export interface GatewayProcessQuestion {
  unit: string;
  /** The link to its release. */
  home: string;
  /** As many processes as should serve; null where that is not known. */
  workers: number | null;
}

/** One replica as it runs. */
export interface GatewayProcess {
  /** The directory that its processes were started in. */
  runs: string;
  /** Where the link points now; empty when there is none. */
  release: string;
  /** Processes that serve, without the one that started them. */
  workers: number;
  /** How often systemd had to start it again by itself. */
  restarts: number;
  /** How many of its workers ended otherwise than asked to in the last hour; null where its log is not to be read. */
  lost: number | null;
}

/** The value is null when the unit has no process. */
export const gatewayProcess: ProbeKind<GatewayProcessQuestion, GatewayProcess> = {
  name: 'gateway-process',
  script: (questions) => sh`${questions.map(question)}`,
  parse: (stdout, questions) => {
    const answers = stdout.split(/^@@$/m).slice(1);
    return questions.map(({ unit }, index) => {
      const [pid = '', restarts = '', lost = '', workers = '', runs = '', release = ''] =
        answers[index]?.trim().split('\n') ?? [];
      if (pid === '0') return known<GatewayProcess>(null);
      if (![pid, restarts, workers].every((each) => /^\d+$/.test(each)) || runs === '')
        return { status: 'unknown', why: `the processes of ${unit} could not be seen` };
      return known({
        ...{ runs, release, workers: Number(workers), restarts: Number(restarts) },
        lost: /^\d+$/.test(lost) ? Number(lost) : null,
      });
    });
  },
};

/**
 * A worker that gunicorn replaces is away for a moment, so a number that is not the wanted one is looked at again. Of a
 * worker that was lost gunicorn's first process says so itself, and few other things: its lines are found by its id.
 */
function question({ unit, home, workers }: GatewayProcessQuestion): Script {
  return sh`
    echo @@
    pid=$(systemctl show --property=MainPID --value -- ${unit})
    echo "$pid"
    systemctl show --property=NRestarts --value -- ${unit}
    run=$(systemctl show --property=InvocationID --value -- ${unit})
    if lines=$(journalctl -q --no-pager -o cat --since -1h "_PID=$pid" "_SYSTEMD_INVOCATION_ID=$run" 2>/dev/null); then
    printf '%s\n' "$lines" | grep -E 'Worker \(pid:[0-9]+\) (was sent SIG|exited with code)' | grep -vc 'sent SIGTERM'
    else echo unread; fi
    count() { wc -w <"/proc/$pid/task/$pid/children"; }
    have=$(count 2>/dev/null)
    [ "$pid" = 0 ] || [ "$have" = ${workers ?? sh`"$have"`} ] || { sleep 3; have=$(count 2>/dev/null); }
    echo "$have"
    readlink -f "/proc/$pid/cwd" 2>/dev/null || echo
    readlink -f ${home} || echo;`;
}
