import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { EXIT, messageOf, VdbError } from '../../errors.js';

/** Files on this machine. */
export interface CertificateFiles {
  /** PEM: the certificate of the edge, then those of its chain. */
  certificate: string;
  /** PEM, without a passphrase: HAProxy could not ask for it. */
  key: string;
}

/**
 * Chain and key in one text, as HAProxy reads it. `now` is in milliseconds since the epoch. Throws `config.tls` where
 * one cannot be read, they do not belong together, or the certificate is not in force: HAProxy would not start with
 * them, or clients would turn away.
 */
export function edgePem(files: CertificateFiles, now: number): string {
  const chain = read('certificate', files.certificate);
  const secret = read('key', files.key);
  const certificate = parsed('certificate', files.certificate, () => new X509Certificate(chain));
  const key = parsed('key', files.key, () => createPrivateKey(secret));
  refuseUnlessInForce(certificate, files.certificate, now);
  refuseUnlessPair(certificate, key, files);
  return `${chain}\n${secret}\n`;
}

/** The certificates in a PEM file, in order. Throws for one that is not readable. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

function refuseUnlessInForce({ validFrom, validTo }: X509Certificate, path: string, now: number): void {
  if (now < Date.parse(validFrom))
    throw refused(`networking.tls.certificate is not in force yet: ${path}`, `It begins on ${validFrom}.`);
  if (now > Date.parse(validTo))
    throw refused(`networking.tls.certificate has ended: ${path}`, `It ended on ${validTo}.`);
}

function refuseUnlessPair(certificate: X509Certificate, key: KeyObject, files: CertificateFiles): void {
  if (certificate.checkPrivateKey(key)) return;
  throw refused(
    'networking.tls.key is not the key of networking.tls.certificate',
    `The first certificate in ${files.certificate} has another public key than ${files.key}: the edge could not start with them.`,
  );
}

function read(what: keyof CertificateFiles, path: string): string {
  return parsed(what, path, () => readFileSync(path, 'utf8').trim());
}

function parsed<T>(what: keyof CertificateFiles, path: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    throw refused(
      `networking.tls.${what} cannot be read: ${path}`,
      `The edge needs it as PEM without a passphrase, and it is read on this machine (${messageOf(cause)}).`,
      cause,
    );
  }
}

function refused(title: string, meaning: string, cause?: unknown): VdbError {
  return new VdbError(title, {
    code: 'config.tls',
    exitCode: EXIT.usage,
    meaning,
    next: 'Correct networking.tls, or have a certificate made on the host: networking.tls.mode: own-ca.',
    ...(cause === undefined ? {} : { cause }),
  });
}
