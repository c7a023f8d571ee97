import { isIP } from 'node:net';
import {
  checkServerIdentity,
  type DetailedPeerCertificate,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';
import { known, type Observation } from '../../host/probe.js';
import type { Site } from '../check.js';
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

const seen = new WeakMap<Site, Promise<Observation<ServedTls>>>();

/** The edge's certificates as a client gets them, through a forwarded port. Looked at once for all checks of a run. */
export function servedTls(site: Site): Promise<Observation<ServedTls>> {
  const look = seen.get(site) ?? lookAtEdge(site);
  seen.set(site, look);
  return look;
}

async function lookAtEdge(site: Site): Promise<Observation<ServedTls>> {
  const { tls } = site.context.config.networking;
  const name = nameOf(site);
  const trust = await trustOf(tls);
  const ca = trust.status === 'known' && trust.value !== null ? { ca: trust.value.ca } : {};
  const handshake = await throughForward(site, (port) =>
    shakeHands(port, { ...ANYTHING, ...ca, ...identity(name) }, (socket) => servedBy(socket, name, trust)),
  );
  if (handshake.status === 'agreed') return known(handshake.value);
  return { status: 'unknown', why: notServed(handshake, edgePort(site)) };
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

/** Offers each version, alone. */
export async function offerVersions(
  site: Site,
  versions: readonly SecureVersion[],
): Promise<Observation<Map<SecureVersion, Agreement>>> {
  const served = await servedTls(site);
  if (served.status !== 'known') return served;
  const ciphers = 'ALL:@SECLEVEL=0';
  const answers = await throughForward(site, (port) =>
    Promise.all(
      versions.map((version) =>
        shakeHands(port, { minVersion: version, maxVersion: version, ciphers }, () => undefined),
      ),
    ),
  );
  return known(new Map(versions.map((version, index) => [version, agreementOf(answers[index])])));
}

const OURS =
  /NO_PROTOCOLS_AVAILABLE|NO_CIPHERS_AVAILABLE|UNSUPPORTED_PROTOCOL|INVALID_PROTOCOL|NO_CIPHER_MATCH/;

/**
 * The server refuses by an alert or by hanging up, which means something as it has just served TLS. Errors that come
 * from here say nothing about it.
 */
export function agreementOf(handshake: Handshake<unknown> | undefined): Agreement {
  if (handshake === undefined) return { unclear: 'not asked' };
  if (handshake.status === 'agreed') return 'agreed';
  if (handshake.status === 'silent') return { unclear: 'no answer' };
  const { code, message } = handshake;
  if (OURS.test(code)) return 'cannot';
  if (/_ALERT_/.test(code) || code === 'ECONNRESET' || code === 'EPIPE') return 'refused';
  return { unclear: code === '' ? message : code };
}

function edgePort({ context }: Site): number {
  return context.config.networking.edge.gateway_port;
}

async function throughForward<T>(site: Site, work: (port: number) => Promise<T>): Promise<T> {
  const forwarding = await site.host.forward(edgePort(site));
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
