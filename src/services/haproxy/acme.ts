import { readFileSync } from 'node:fs';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { template } from '../../templates.js';
import { certificatesIn } from './certificate.js';
import { EDGE_CONFIGURATION } from './config.js';
import { EDGE_CERTIFICATE } from './doors.js';
import { RUNTIME_SOCKET } from './runtime.js';

const CERTBOT = '/etc/letsencrypt';

/** What certbot calls the certificate of the edge, and where it keeps all that it has of it. */
export const LINEAGE = {
  name: 'vdb-edge',
  /** `fullchain.pem` and `privkey.pem` that are in force, as links. */
  live: `${CERTBOT}/live/vdb-edge`,
  /** All that there ever were. */
  archive: `${CERTBOT}/archive/vdb-edge`,
  /** How it is renewed. */
  renewal: `${CERTBOT}/renewal/vdb-edge.conf`,
} as const;

/** What certbot runs after each renewal. */
export const HOOKS = `${CERTBOT}/renewal-hooks/deploy`;

/** The one of the edge: see {@link renderHook}. */
export const HOOK = `${HOOKS}/vdb-edge`;

/** Whom certbot believes about a private ACME server. */
export const ACME_CA = `${CERTBOT}/vdb-ca.pem`;

/** Has the renewals by the timer of certbot believe that too. */
export const CA_DROP_IN = 'certbot.service.d/20-vdb-ca.conf';

/** Of {@link CA_DROP_IN}. */
export function renderCaDropIn(): string {
  return `# Written by vdb (task 4.5).\n[Service]\nEnvironment=REQUESTS_CA_BUNDLE=${ACME_CA}\n`;
}

/** The script that brings the certificate of certbot's into the running edge. */
export function renderHook(): string {
  return template('haproxy/install-certificate', {
    live: LINEAGE.live,
    file: EDGE_CERTIFICATE,
    configuration: EDGE_CONFIGURATION,
    socket: RUNTIME_SOCKET,
  });
}

/**
 * The certificates of a file on this machine, and nothing else that may be in it. Throws `config.tls` where it cannot be
 * read or holds none: certbot would not believe the ACME server.
 */
export function acmeCa(path: string): string {
  const found = certificatesOf(path);
  if (found !== '') return found;
  throw refused(path, 'It holds no certificate.');
}

function certificatesOf(path: string): string {
  try {
    return certificatesIn(readFileSync(path, 'utf8')).map(String).join('');
  } catch (cause) {
    throw refused(path, messageOf(cause), cause);
  }
}

function refused(path: string, why: string, cause?: unknown): VdbError {
  return new VdbError(`networking.tls.acme.ca cannot be used: ${path}`, {
    code: 'config.tls',
    exitCode: EXIT.usage,
    meaning: `It is read on this machine, as PEM, so that the host believes the ACME server. ${why}`,
    next: 'Put the CA certificate of the ACME server there, or leave the key away for one that every system believes.',
    ...(cause === undefined ? {} : { cause }),
  });
}
