import { known, type ProbeKind } from '../../host/probe.js';
import { type Script, sh } from '../../host/shell.js';

/** What to look at: one replica. */
export interface GatewayProcessQuestion {
  unit: string;
  /** The link to its release. */
  home: string;
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
}

/** The value is null when the unit has no process. */
export const gatewayProcess: ProbeKind<GatewayProcessQuestion, GatewayProcess> = {
  name: 'gateway-process',
  script: (questions) => sh`${questions.map(question)}`,
  parse: (stdout, questions) => {
    const answers = stdout.split(/^@@$/m).slice(1);
    return questions.map(({ unit }, index) => {
      const [pid = '', restarts = '', workers = '', runs = '', release = ''] =
        answers[index]?.trim().split('\n') ?? [];
      if (pid === '0') return known<GatewayProcess>(null);
      if (![pid, restarts, workers].every((each) => /^\d+$/.test(each)) || runs === '')
        return { status: 'unknown', why: `the processes of ${unit} could not be seen` };
      return known({ runs, release, workers: Number(workers), restarts: Number(restarts) });
    });
  },
};

function question({ unit, home }: GatewayProcessQuestion): Script {
  return sh`
    echo @@
    pid=$(systemctl show --property=MainPID --value -- ${unit})
    echo "$pid"
    systemctl show --property=NRestarts --value -- ${unit}
    cat "/proc/$pid/task/$pid/children" 2>/dev/null | wc -w
    readlink -f "/proc/$pid/cwd" 2>/dev/null || echo
    readlink -f ${home} || echo;`;
}
