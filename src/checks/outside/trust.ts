import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Config } from '../../config/schema.js';
import { messageOf } from '../../errors.js';
import { known, type Observation } from '../../host/probe.js';
import { certificatesIn } from '../../services/haproxy/certificate.js';

/** The certification authorities that are believed, as PEM, and what they are called in a sentence. */
export interface Trust {
  ca: string[];
  named: string;
}

/** Where Debian, Fedora and Alpine or macOS keep the system's authorities. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

/**
 * Whom to believe about the edge: the authority in the configured file where it carries one, else this machine's. An
 * authority made on the host, where no file names it, is what `ownCa` reads there: SSH vouches for it.
 */
export async function trustOf(
  { mode, certificate, acme }: Config['networking']['tls'],
  ownCa: () => Promise<string>,
): Promise<Observation<Trust>> {
  if (mode === 'acme') return trustOfAcme(acme.ca);
  if (mode === 'own-ca' && certificate === undefined) return trustOfHost(ownCa);
  if (certificate === undefined) return known(await systemTrust());
  try {
    const chain = certificatesIn(await readFile(certificate, 'utf8'));
    const own = (mode === 'own-ca' ? chain : chain.slice(1)).filter(isRoot).map(String);
    if (own.length > 0) return known({ ca: own, named: `the CA in ${certificate}` });
    if (mode === 'files') return known(await systemTrust());
    return { status: 'unknown', why: `${certificate} holds no CA` };
  } catch (error) {
    return { status: 'unknown', why: `${certificate} could not be read: ${messageOf(error)}` };
  }
}

/** A private ACME server has a CA of its own, that of its directory as a rule. */
async function trustOfAcme(file: string | undefined): Promise<Observation<Trust>> {
  const system = await systemTrust();
  if (file === undefined) return known(system);
  try {
    const ca = certificatesIn(await readFile(file, 'utf8')).map(String);
    return known({ ca: [...system.ca, ...ca], named: `${system.named} and those in ${file}` });
  } catch (error) {
    return { status: 'unknown', why: `${file} could not be read: ${messageOf(error)}` };
  }
}

async function trustOfHost(ownCa: () => Promise<string>): Promise<Observation<Trust>> {
  try {
    const ca = certificatesIn(await ownCa())
      .filter(isRoot)
      .map(String);
    if (ca.length > 0) return known({ ca, named: 'the CA of the host' });
    return { status: 'unknown', why: 'the host has no CA of its own yet' };
  } catch (error) {
    return { status: 'unknown', why: `the CA of the host could not be read: ${messageOf(error)}` };
  }
}

function isRoot(certificate: X509Certificate): boolean {
  return certificate.ca && certificate.checkIssued(certificate);
}

async function systemTrust(): Promise<Trust> {
  const named = "this machine's CAs";
  for (const path of [process.env.SSL_CERT_FILE, ...BUNDLES]) {
    const bundle = path === undefined ? '' : await readFile(path, 'utf8').catch(() => '');
    if (bundle !== '') return { ca: [bundle], named };
  }
  return { ca: [...rootCertificates], named: "Node's CAs" };
}
