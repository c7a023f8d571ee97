import { isIP } from 'node:net';
import {
  checkServerIdentity,
  type DetailedPeerCertificate,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { edgePorts } from '../../config/listeners.js';
import { known, type Observation } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { ownCaFile } from '../../services/haproxy/config.js';
import type { Site } from '../check.js';
import { oncePerSite } from '../once.js';
import { type Handshake, shakeHands } from './handshake.js';
import { type Trust, trustOf } from './trust.js';

/** What the edge shows to whoever connects. */
export interface ServedTls {
  /** The name that it must have a certificate for. */
  name: string;
  certificates: readonly ServedCertificate[];
  /** Why it is not believed, as a code of OpenSSL or Node; null when it is; or why that could not be judged. */
  refused: Observation<string>;
  /** Who is believed. */
  trusted: string;
}

/** One certificate of the chain, the edge's own first. */
export interface ServedCertificate {
  subject: string;
  issuer: string;
  /** When it ends, in milliseconds since the epoch. */
  until: number;
  /** SHA-256 of the certificate, as `AB:CD:…`. */
  fingerprint: string;
}

/** Old versions too, and small keys: what is weak is judged, not overlooked. */
const ANYTHING = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

/** What was seen at one port of the edge. */
export interface Door<Seen> {
  port: number;
  seen: Observation<Seen>;
}

/**
 * The edge's certificates as a client gets them at each of its ports, through forwarded ports. Looked at once for all
 * checks of a run.
 */
export const servedTls = oncePerSite<Door<ServedTls>[]>(async (site) => {
  const { config } = site.context;
  const trust = await trustOf(config.networking.tls, async () => {
    return (await site.host.read(sh`cat ${ownCaFile(config)}`)).stdout;
  });
  const look = async (port: number) => ({ port, seen: await lookAtDoor(site, port, trust) });
  return known(await Promise.all(edgePorts(config).map(look)));
});

async function lookAtDoor(
  site: Site,
  port: number,
  trust: Observation<Trust>,
): Promise<Observation<ServedTls>> {
  const name = nameOf(site);
  const ca = trust.status === 'known' && trust.value !== null ? { ca: trust.value.ca } : {};
  const handshake = await throughForward(site, port, (local) =>
    shakeHands(local, { ...ANYTHING, ...ca, ...identity(name) }, (socket) => servedBy(socket, name, trust)),
  );
  if (handshake.status === 'agreed') return known(handshake.value);
  return { status: 'unknown', why: notServed(handshake, port) };
}

/** The configured domain, else what SSH connects to. */
function nameOf({ host, context: { config, hostConfig } }: Site): string {
  return config.networking.tls.domain ?? host.reach?.name ?? hostConfig.address;
}

/** An address cannot be asked for by name, but the certificate must still be for it. */
function identity(name: string) {
  return {
    ...(isIP(name) === 0 ? { servername: name } : {}),
    checkServerIdentity: (_: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(name, certificate),
  };
}

function servedBy(socket: TLSSocket, name: string, trust: Observation<Trust>): ServedTls {
  const certificates = chainOf(socket.getPeerCertificate(true));
  const trusted = trust.status === 'known' ? (trust.value?.named ?? '') : '';
  if (trust.status !== 'known') return { name, certificates, refused: trust, trusted };
  const { authorized, authorizationError } = socket;
  return { name, certificates, refused: known(authorized ? null : String(authorizationError)), trusted };
}

/** Node gives the chain as a linked list whose end points to itself. */
function chainOf(leaf: DetailedPeerCertificate): ServedCertificate[] {
  const chain: ServedCertificate[] = [];
  let next: DetailedPeerCertificate | undefined = leaf;
  while (next?.fingerprint256 !== undefined) {
    const { subject, issuer, valid_to, fingerprint256: fingerprint } = next;
    if (chain.some((certificate) => certificate.fingerprint === fingerprint)) break;
    chain.push({
      subject: titleOf(subject),
      issuer: titleOf(issuer),
      until: Date.parse(valid_to),
      fingerprint,
    });
    next = next.issuerCertificate;
  }
  return chain;
}

function titleOf({ CN, O }: Partial<DetailedPeerCertificate['subject']>): string {
  return [CN ?? O ?? 'nobody'].flat().join(', ');
}

/** Whether the edge agrees to a version of TLS. `cannot`: this machine's own OpenSSL does not offer it. */
export type Agreement = 'agreed' | 'refused' | 'cannot' | { unclear: string };

/** Offers each version, alone, at each port that serves TLS. */
export async function offerVersions(
  site: Site,
  versions: readonly SecureVersion[],
): Promise<Observation<Door<Map<SecureVersion, Agreement>>[]>> {
  const served = await servedTls(site);
  if (served.status !== 'known') return served;
  const offer = async ({ port, seen }: Door<ServedTls>) =>
    seen.status === 'known' ? { port, seen: known(await offerAt(site, port, versions)) } : { port, seen };
  return known(await Promise.all((served.value ?? []).map(offer)));
}

/** With the name of the first look: another server behind the same port may have other versions. */
async function offerAt(
  site: Site,
  port: number,
  versions: readonly SecureVersion[],
): Promise<Map<SecureVersion, Agreement>> {
  const options = { ...identity(nameOf(site)), ciphers: 'ALL:@SECLEVEL=0' };
  const [today, ...answers] = await throughForward(site, port, (local) =>
    Promise.all(
      (['TLSv1.2', ...versions] as const).map((version) =>
        shakeHands(local, { ...options, minVersion: version, maxVersion: version }, () => undefined),
      ),
    ),
  );
  const otherwiseAgrees = today?.status === 'agreed';
  return new Map(versions.map((version, index) => [version, agreementOf(answers[index], otherwiseAgrees)]));
}

const OURS = /NO_PROTOCOLS_AVAILABLE|NO_CIPHERS_AVAILABLE|INVALID_PROTOCOL|NO_CIPHER_MATCH/;
/** The alert, and what OpenSSL says of a server that answers with another version than the one offered. */
const VERSION_REFUSED = /_ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/;

/**
 * The server refuses a version by the alert that is for it. Another alert, or hanging up, may be for something else, as
 * for a client without a certificate: it only means the version when the same offer of TLS 1.2 is agreed to
 * (`otherwiseAgrees`). Errors that come from here say nothing about the server.
 */
export function agreementOf(handshake: Handshake<unknown> | undefined, otherwiseAgrees: boolean): Agreement {
  if (handshake === undefined) return { unclear: 'not asked' };
  if (handshake.status === 'agreed') return 'agreed';
  if (handshake.status === 'silent') return { unclear: 'no answer' };
  const { code, message } = handshake;
  if (OURS.test(code)) return 'cannot';
  if (VERSION_REFUSED.test(code)) return 'refused';
  const turnedAway = /_ALERT_/.test(code) || code === 'ECONNRESET' || code === 'EPIPE';
  if (turnedAway && otherwiseAgrees) return 'refused';
  if (turnedAway) return { unclear: `${code}, and TLSv1.2 is not agreed to either` };
  return { unclear: code === '' ? message : code };
}

async function throughForward<T>(site: Site, port: number, work: (local: number) => Promise<T>): Promise<T> {
  const forwarding = await site.host.forward(port);
  try {
    return await work(forwarding.port);
  } finally {
    await forwarding.close();
  }
}

function notServed(handshake: Exclude<Handshake<unknown>, { status: 'agreed' }>, port: number): string {
  if (handshake.status === 'silent') return `what listens on port ${port} does not answer a handshake`;
  const { code, message } = handshake;
  if (code === 'ECONNRESET' || code === 'ECONNREFUSED') return `nothing serves TLS on port ${port}`;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST|UNEXPECTED_MESSAGE/.test(code))
    return `what listens on port ${port} speaks no TLS`;
  return `no handshake on port ${port}: ${code === '' ? message : code}`;
}
