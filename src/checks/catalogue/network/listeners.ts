import { ask } from '../../../host/probe.js';
import { endpoint, isEvery, isOwn } from '../../address.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type Listener, listeners } from '../../probes/sockets.js';
import { type Entry, manifest } from '../../socket-manifest.js';
import { fail, pass, unknown, whenThere } from '../../verdict.js';

/** What listens is what the configuration names. */
export const listening = defineCheck({
  id: 'network.listeners',
  group: 'network',
  severity: 'error',
  title: 'What listens is what the configuration names',
  looksAt: 'all listening TCP sockets, against the ports and addresses of the configuration',
  why: 'A socket that nobody planned is a way in; one that is missing is a service that does not run.',
  probe: () => ask(listeners, null),
  judge: ([sockets], context) =>
    whenThere(context.facts, 'the facts of the host could not be read', ({ sshPorts }) =>
      whenThere(sockets, 'ss gave no list', (all) => {
        if (sshPorts.length === 0 && context.hostConfig.connection === 'ssh')
          return unknown('the port of sshd is not known');
        return compare(all, sshPorts, context);
      }),
    ),
  remedy: 'Stop what should not listen or bind it to loopback; start what is missing.',
  inspect: () => 'ss -ltnp',
});

function compare(sockets: readonly Listener[], sshPorts: readonly number[], context: CheckContext): Verdict {
  const entries = manifest(context.config, context.slot, sshPorts);
  const fitting = sockets.filter((socket) => entries.some((entry) => fits(socket, entry)));
  const stray = sockets.filter((socket) => !fitting.includes(socket) && !isOwn(socket.address));
  const missing = entries.filter((entry) => entry.required && !fitting.some((socket) => fits(socket, entry)));
  const findings = [
    ...unique(stray.map(({ address, port }) => endpoint(address, port))).map((at) => `${at} is not planned`),
    ...missing.map(({ port, what }) => `nothing listens on ${port} (${what})`),
  ];
  const expected = 'the sockets of the configuration and no other that is reachable from outside';
  if (findings.length === 1) return fail(findings[0] as string, expected);
  if (findings.length > 1) return fail(`${findings.length} sockets differ`, expected, findings);
  const others = sockets.filter((socket) => !fitting.includes(socket)).length;
  return pass(`${fitting.length} sockets as configured, ${others} others on loopback`);
}

/** An entry that is `any` allows every address, also loopback alone. */
function fits({ address, port }: Listener, { port: wanted, on }: Entry): boolean {
  if (port !== wanted) return false;
  if (on === 'any' || isEvery(on)) return true;
  return on === 'loopback' ? isOwn(address) : address === on;
}

function unique(items: readonly string[]): string[] {
  return [...new Set(items)];
}
