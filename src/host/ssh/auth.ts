import ssh2, { type AnyAuthMethod, type BaseAgent, type ParsedKey } from 'ssh2';
import { messageOf } from '../../errors.js';
import { type Identity, identityProblem, publicKeyBeside, readIdentity } from './identity.js';
import type { Hop } from './target.js';

/** What is offered to a hop, in order, and the same in words for the error when nothing fits. */
export interface Credentials {
  methods: AnyAuthMethod[];
  tried: string[];
}

interface AgentKeys {
  agent: BaseAgent;
  keys: ParsedKey[];
}

/**
 * The keys for a hop: what was named comes first, from the agent if it has it, then the agent's other keys,
 * then the default key files. Throws when the key that was named cannot be used.
 */
export async function credentialsFor(hop: Hop): Promise<Credentials> {
  const credentials: Credentials = { methods: [], tried: [] };
  const held = await agentKeys(hop, credentials.tried);
  const named = hop.identity ? await readIdentity(hop.identity.path, hop.identity.passphrase) : undefined;
  const others = await Promise.all(hop.otherIdentities.map((path) => readIdentity(path)));
  const identities = named ? [named, ...others] : others;
  const blobs = await Promise.all(identities.map(publicBlob));
  const isNamed = (key: ParsedKey): boolean => blobs.some((blob) => blob?.equals(key.getPublicSSH()));
  const first = held?.keys.filter(isNamed) ?? [];
  if (named && named.status !== 'usable' && !first.some((key) => blobs[0]?.equals(key.getPublicSSH()))) {
    throw identityProblem(hop.label, named);
  }
  offerAgent(credentials, hop, held, first);
  if (named) offerFile(credentials, hop, named);
  if (!hop.identitiesOnly) {
    offerAgent(credentials, hop, held, held?.keys.filter((key) => !isNamed(key)) ?? []);
  }
  for (const identity of others) offerFile(credentials, hop, identity);
  return credentials;
}

async function publicBlob(identity: Identity): Promise<Buffer | undefined> {
  if (identity.status === 'usable') return identity.key.getPublicSSH();
  return publicKeyBeside(identity.path);
}

/** An agent that cannot be reached must not keep key files from being tried, as ssh2's own handling would. */
async function agentKeys(hop: Hop, tried: string[]): Promise<AgentKeys | undefined> {
  if (hop.agentSocket === undefined) return undefined;
  try {
    const agent = ssh2.createAgent(hop.agentSocket);
    const keys = await new Promise<ParsedKey[]>((resolve, reject) => {
      agent.getIdentities((error, found) => (error ? reject(error) : resolve((found ?? []) as ParsedKey[])));
    });
    if (keys.length === 0) tried.push('the SSH agent (it holds no key)');
    return { agent, keys };
  } catch (error) {
    tried.push(`the SSH agent at ${hop.agentSocket} (not reachable: ${messageOf(error)})`);
    return undefined;
  }
}

function offerAgent(
  credentials: Credentials,
  hop: Hop,
  held: AgentKeys | undefined,
  keys: ParsedKey[],
): void {
  if (held === undefined || keys.length === 0 || hop.agentSocket === undefined) return;
  const agent = ssh2.createAgent(hop.agentSocket);
  agent.getIdentities = (done) => done(undefined, keys);
  credentials.methods.push({ type: 'agent', username: hop.user, agent });
  credentials.tried.push(`${keys.length} key${keys.length === 1 ? '' : 's'} of the SSH agent`);
}

function offerFile(credentials: Credentials, hop: Hop, identity: Identity): void {
  if (identity.status === 'missing') return;
  if (identity.status !== 'usable') {
    credentials.tried.push(`${identity.path} (not usable: ${identity.why})`);
    return;
  }
  credentials.methods.push({ type: 'publickey', username: hop.user, key: identity.key });
  credentials.tried.push(identity.path);
}
