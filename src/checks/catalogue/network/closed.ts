import type { Dialled } from '../../../host/transport.js';
import { defineCheck, type Verdict } from '../../check.js';
import { type DialledPorts, dialClosedPorts } from '../../outside/ports.js';
import { fail, pass, unknown, whenThere } from '../../verdict.js';

/** The services behind the edge cannot be connected to from where SSH comes from. */
export const closed = defineCheck<DialledPorts>({
  id: 'network.closed',
  group: 'network',
  severity: 'critical',
  title: 'The services do not answer from outside',
  looksAt:
    "TCP connections to the host's address, from where SSH is dialled, to every port but those of SSH and the edge",
  why: 'The cluster port of Qdrant knows no key, and what is reachable is tried sooner or later.',
  skip: ({ hostConfig }) =>
    hostConfig.connection === 'local'
      ? 'connection is local: nothing looks at the host from outside'
      : undefined,
  look: dialClosedPorts,
  judge: ([dialled], context) => ({
    ...whenThere(dialled, 'nothing was dialled', judgeDialled),
    // No rule of ours lets these ports through, so where the firewall is wanted it closes them.
    ...(context.config.security.firewall.enabled ? { fix: '0.2' } : {}),
  }),
  remedy: 'Bind the service to loopback, and load the firewall again.',
  inspect: () => 'ss -ltnp; nft list table inet vdb',
});

/**
 * Silence says something only while the address answers at all: the port of SSH, dialled at the same time in the
 * same way, has to be open. Without that nothing is known but the ports that are open.
 */
function judgeDialled({ address, via, ssh, ports }: DialledPorts): Verdict {
  const of = (is: (dialled: Dialled) => boolean): number[] =>
    [...ports].filter(([, dialled]) => is(dialled)).map(([port]) => port);
  const open = of((dialled) => dialled === 'open');
  const from = via === undefined ? 'from here' : `from ${via}`;
  if (open.length > 0) return fail(`${open.join(', ')} open at ${address}, ${from}`, 'no connection');
  if (ssh !== 'open') return unknown(`not even the port of SSH answers at ${address}, ${from}: ${said(ssh)}`);
  const unclear = of((dialled) => typeof dialled === 'object');
  if (unclear.length > 0) {
    const [first] = unclear.map((port) => said(ports.get(port)));
    return unknown(`${unclear.join(', ')} could not be dialled ${from}: ${first}`);
  }
  return pass(`${ports.size} ports closed at ${address}, ${from}`);
}

function said(dialled: Dialled | undefined): string {
  return typeof dialled === 'object' ? dialled.error : (dialled ?? 'not dialled');
}
