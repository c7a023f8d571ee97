import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { textFile } from './text-file-probe.js';

export interface QdrantPeer {
  /** For people and for the key in the configuration: `blue`. */
  slot: string;
  /** Qdrant's storage directory of the slot, where it keeps its consensus state. */
  storage: string;
  /** The address that the slot is to be started with: `http://127.0.0.1:6335`. */
  uri: string;
}

interface PeerState {
  /** The address that the slot gave itself at its first start; null before it has one. */
  uri: string | null;
}

const peerKind: ProbeKind<string, PeerState> = {
  ...textFile,
  name: 'qdrant-peer',
  parse: (stdout, paths) =>
    textFile.parse(stdout, paths).map((text, i) => {
      if (text.status !== 'known') return text;
      return text.value === null ? known<PeerState>(null) : stateOf(paths[i] ?? '', text.value);
    }),
};

function stateOf(path: string, text: string): Observation<PeerState> {
  const uris = addressesOf(text);
  // Ids have up to 64 bits, which a number cannot hold, so this one is taken from the text.
  const id = /"this_peer_id"\s*:\s*(\d+)/.exec(text)?.[1];
  if (uris === null || id === undefined) {
    return { status: 'unknown', why: `${path} does not read as Qdrant's consensus state` };
  }
  return known({ uri: uris[id] ?? null });
}

function addressesOf(text: string): Record<string, string> | null {
  try {
    return (JSON.parse(text) as { peer_address_by_id?: Record<string, string> }).peer_address_by_id ?? null;
  } catch {
    return null;
  }
}

/**
 * A slot is started with the peer address that it has kept since its first start: with another one Qdrant
 * cannot recover its consensus state and ends at once. So a difference is refused and blocks the task.
 */
export function qdrantPeer({ slot, storage, uri }: QdrantPeer): Resource {
  return defineResource<PeerState>({
    id: `qdrant-peer:${slot}`,
    title: `peer address of slot ${slot}`,
    probe: ask(peerKind, `${storage}/raft_state.json`),
    diff: (have) =>
      have === null || have.uri === null || bare(have.uri) === bare(uri)
        ? null
        : addressChange(slot, bare(have.uri), bare(uri)),
    apply: () => [],
  });
}

/** Qdrant keeps an address with a slash at its end. */
function bare(uri: string): string {
  return uri.replace(/\/+$/, '');
}

function addressChange(slot: string, have: string, want: string): Change {
  return {
    action: 'update',
    summary: `peer address ${have}, want ${want}`,
    fields: [{ field: 'peer address', have, want }],
    refused: {
      why: `slot ${slot} has the peer address ${have}: with ${want} Qdrant would not start`,
      next: `${setBack(slot, have, want)}, or name an empty directory in qdrant.slots.${slot}.storage (a slot keeps its peer address for life: a new one needs an empty slot)`,
      blocks: true,
    },
  };
}

function setBack(slot: string, have: string, want: string): string {
  const [host, port] = splitPort(have);
  const key = `qdrant.slots.${slot}.p2p`;
  if (host === splitPort(want)[0]) return `Set ${key} back to ${port}`;
  return `Set qdrant.bind and ${key} back to what gave ${have}`;
}

function splitPort(uri: string): [host: string, port: string] {
  const at = uri.lastIndexOf(':');
  return [uri.slice(0, at), uri.slice(at + 1)];
}
