import type { SlotName } from '../config/schema.js';
import { SLOTS } from '../config/slots.js';
import { defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { ask, known, type Observation, type Probe, type ProbeKind, pending } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import {
  type EdgeServer,
  type EdgeTraffic,
  parseServers,
  parseTraffic,
  RUNTIME,
} from '../services/haproxy/runtime.js';
import { disableSlot, switchSlot } from '../services/haproxy/switch.js';
import { explainEdgeSlots } from './edge-slots-explain.js';

export interface EdgeSlots {
  /** Of haproxy.cfg: `gateway`, `gateway_grpc`. */
  backends: readonly string[];
  /** The slot that has their requests. */
  active: SlotName;
  /** How long its servers may take until their health checks pass. */
  limitSeconds: number;
}

const ABSENT = 'absent';

/** Asked of the running edge, which may not be there. */
function asked(question: Script): Script {
  return sh`
    set -o pipefail
    ${RUNTIME}
    ${question}
    code=$?
    [ "$code" -ne 3 ] || { echo ${ABSENT}; exit 0; }
    exit "$code"`;
}

type Question = Pick<EdgeSlots, 'backends' | 'active'>;

const serversKind: ProbeKind<Question, readonly EdgeServer[]> = {
  name: 'edge-slots',
  script: () => asked(sh`states`),
  parse: (stdout, args) => {
    if (stdout.trim() === ABSENT) return args.map(() => pending('HAProxy does not run yet'));
    const servers = parseServers(stdout);
    return args.map((arg) => observationOf(servers, arg));
  },
};

/** A configuration that is older than this one may lack a backend, or the servers of a slot. */
function observationOf(
  servers: readonly EdgeServer[],
  { backends, active }: Question,
): Observation<readonly EdgeServer[]> {
  const lacking = backends.find(
    (name) => !servers.some(({ backend, slot }) => backend === name && slot === active),
  );
  if (lacking !== undefined) return pending(`HAProxy has no server of ${active} in ${lacking} yet`);
  return known(servers.filter(({ backend }) => backends.includes(backend)));
}

const trafficKind: ProbeKind<readonly string[], readonly EdgeTraffic[]> = {
  name: 'edge-traffic',
  script: () => asked(sh`tell 'show stat'`),
  parse: (stdout, args) => {
    if (stdout.trim() === ABSENT) return args.map(() => pending('HAProxy does not run'));
    const servers = parseTraffic(stdout);
    return args.map((backends) => known(servers.filter(({ backend }) => backends.includes(backend))));
  },
};

/** The servers of these backends, as they are in the running edge. */
export function edgeServers(question: Question): Probe<readonly EdgeServer[]> {
  return ask(serversKind, question);
}

/** What the servers of these backends have to do: who has requests, and how they end. */
export function edgeTraffic(backends: readonly string[]): Probe<readonly EdgeTraffic[]> {
  return ask(trafficKind, backends);
}

/**
 * The running edge gives the requests of these backends to the active slot alone. Its file says so too; this is for a
 * switch that was cut off, and for servers that somebody has enabled or disabled by the socket.
 */
export function edgeSlots(want: EdgeSlots): Resource {
  const { backends, active, limitSeconds } = want;
  return defineResource<readonly EdgeServer[]>({
    id: `edge-slots:${backends[0]}`,
    title: `${active} behind ${backends.join(', ')}`,
    probe: edgeServers({ backends, active }),
    diff: (have) => {
      const fields = (have ?? []).flatMap((server) => fieldOf(server, active));
      if (fields.length === 0) return null;
      const enable = fields.some(({ want }) => want === 'ready');
      return {
        action: 'update',
        summary: enable ? `give the requests to ${active}` : `disable what is not ${active}`,
        fields,
      };
    },
    apply: () => [
      switchSlot({ backends, to: active, limitSeconds }),
      ...SLOTS.filter((slot) => slot !== active).map((slot) => disableSlot({ backends, slot })),
    ],
    // Nothing is due because of another change, but a reload of the edge may have done or undone it.
    predict: () => null,
    explain: explainEdgeSlots,
  });
}

function fieldOf({ backend, name, slot, state }: EdgeServer, active: SlotName): FieldChange[] {
  if (slot === null) return [];
  const wanted: EdgeServer['state'] = slot === active ? 'ready' : 'maint';
  return state === wanted ? [] : [{ field: `${backend}/${name}`, have: state, want: wanted }];
}
