import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** An address that a process of the host listens on. `*` is every address. */
export interface Listener {
  address: string;
  port: number;
}

/** All listening TCP sockets of the host. */
export const listeners: ProbeKind<null, Listener[]> = {
  name: 'listeners',
  script: () => sh`ss -Hltn`,
  parse: (stdout) => [known(stdout.split('\n').filter(Boolean).map(parseLine))],
};

function parseLine(line: string): Listener {
  const local = line.trim().split(/\s+/)[3] ?? '';
  const match = /^\[?([^\]]*?)\]?(?:%[^:]+)?:(\d+)$/.exec(local);
  if (match === null) throw new Error(`ss: ${line.slice(0, 80)}`);
  return { address: match[1] ?? '', port: Number(match[2]) };
}
