import { networkInterfaces } from 'node:os';
import type { Observation } from '../../host/probe.js';
import type { Dialled, Reach } from '../../host/transport.js';
import { isOwn } from '../address.js';
import type { Site } from '../check.js';
import { closedPorts } from '../socket-manifest.js';

/** What came of dialling the ports that must be closed, beside the one of SSH, which is known to be open. */
export interface DialledPorts {
  address: string;
  /** Who dialled: the last jump host; undefined for this machine. */
  via?: string;
  ssh: Dialled;
  ports: ReadonlyMap<number, Dialled>;
}

/** A lost SYN is sent again after a second, so one more fits in. */
const PATIENCE_MS = 1500;

/** Dials all ports at once, from where SSH came. `foreign` where that is no outside. */
export async function dialClosedPorts({ host, context }: Site): Promise<Observation<DialledPorts>> {
  const { reach } = host;
  const why = noOutside(reach);
  if (reach === undefined || why !== undefined) return { status: 'foreign', why: why ?? '' };
  const sshPorts = context.facts.status === 'known' ? (context.facts.value?.sshPorts ?? []) : [];
  const ports = closedPorts(context.config, [reach.port, ...sshPorts]);
  const dial = (port: number): Promise<Dialled> => reach.dial(port, PATIENCE_MS);
  const [ssh, ...others] = await Promise.all([dial(reach.port), ...ports.map(dial)]);
  const dialled = new Map(ports.map((port, index) => [port, others[index] as Dialled]));
  const { address, via } = reach;
  return { status: 'known', value: { address, ...(via === undefined ? {} : { via }), ssh, ports: dialled } };
}

/** Why this machine does not see the host as others do. */
function noOutside(reach: Reach | undefined): string | undefined {
  if (reach === undefined) return 'the host is this machine: nothing looks at it from outside';
  const { address, via } = reach;
  if (isOwn(address))
    return `SSH goes to ${address}, a tunnel or a container: the host's own address is not known`;
  if (via === undefined && isHere(address))
    return `${address} is this machine: nothing looks at it from outside`;
  return undefined;
}

/** The firewall lets through what a machine sends to itself, whatever address it uses. */
function isHere(address: string): boolean {
  return Object.values(networkInterfaces())
    .flat()
    .some((each) => each?.address === address);
}
