import { type Listener, listeners } from '../listeners.js';
import type { Rule, Violation } from '../rules.js';
import type { Config } from '../schema.js';

const LISTENING = ['qdrant', 'postgres', 'redis', 'gateway', 'networking', 'monitoring'] as const;

function onePortEach(config: Config): Violation[] {
  const owners = new Map<number, Listener>();
  return listeners(config).flatMap((listener) => {
    const { port, path, what } = listener;
    const owner = owners.get(port);
    owners.set(port, owner ?? listener);
    if (owner === undefined || (isOfGreen(owner) && isOfGreen(listener))) return [];
    return [{ path, message: `port ${port} is taken by ${owner.what}; ${what} needs one of its own` }];
  });
}

/** Replicas of the green slot that clash with each other do so in the blue one too, which is where it is told. */
function isOfGreen({ path }: Listener): boolean {
  return path.join('.') === 'gateway.slot_offset';
}

function validPorts({ gateway }: Config): Violation[] {
  const { replicas, slot_offset } = gateway;
  return (['port', 'grpc_port'] as const)
    .filter((key) => (gateway[key] ?? 0) + slot_offset + replicas - 1 > 65_535)
    .map((key) => ({
      path: ['gateway', key],
      message: `leaves no room for ${replicas} replicas and ${slot_offset} ports between the slots below 65536`,
    }));
}

function outsideEphemeralRange(config: Config): Violation[] {
  const path = ['os', 'sysctl', 'net.ipv4.ip_local_port_range'];
  const range = config.os.sysctl['net.ipv4.ip_local_port_range'];
  if (range === undefined) return [];
  const match = /^(\d+)[ \t]+(\d+)$/.exec(String(range));
  if (match === null) return [{ path, message: 'must be two ports such as 10240 65535' }];
  const [low, high] = [Number(match[1]), Number(match[2])];
  return listeners(config)
    .filter(({ port }) => port >= low && port <= high)
    .map(({ port, path: claimed, what }) => ({
      path: claimed,
      message: `port ${port} (${what}) lies in net.ipv4.ip_local_port_range ${low} ${high}, where any outgoing connection may take it`,
    }));
}

export const portRules: readonly Rule[] = [
  { needs: LISTENING, check: onePortEach },
  { needs: ['gateway'], check: validPorts },
  { needs: [...LISTENING, 'os'], check: outsideEphemeralRange },
];
