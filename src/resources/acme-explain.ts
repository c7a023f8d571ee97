import type { ExecResult } from '../host/transport.js';

interface Explanation {
  meaning: string;
  next: string;
}

/** What of a certificate by ACME an explanation names. */
export interface AcmeAsked {
  domain: string;
  /** Directory of the ACME server, a URL. */
  server: string;
  localPort: number;
}

const LOG = '/var/log/letsencrypt/letsencrypt.log';

/** The first whose words are in what certbot or the hook said is meant. */
const CAUSES: readonly [RegExp, (asked: AcmeAsked) => Explanation][] = [
  [
    /stays as it is/,
    () => ({
      meaning: 'The CA has given a certificate, which the edge cannot use.',
      next: 'Read what it says above. Certbot keeps what it has in /etc/letsencrypt/live/vdb-edge.',
    }),
  ],
  [
    /Another instance of Certbot is already running/,
    () => ({
      meaning: 'Another certbot is at work on the host, such as that of its timer.',
      next: 'Wait until it has ended (pgrep -a certbot), then run the same command again.',
    }),
  ],
  [
    /CERTIFICATE_VERIFY_FAILED|SSLError/,
    ({ server }) => ({
      meaning: `The host does not believe the certificate of ${new URL(server).host} itself.`,
      next: 'Of a private ACME server, give the CA as networking.tls.acme.ca; else see the clock of the host, and what is between.',
    }),
  ],
  [
    /Could not bind TCP port/,
    ({ localPort }) => ({
      meaning: `Something else listens on port ${localPort}, where certbot has to answer the CA.`,
      next: `See what (ss -ltnp 'sport = :${localPort}') and end it, or set networking.tls.acme.local_port.`,
    }),
  ],
  [
    /rateLimited|too many (certificates|failed authorizations|new orders|registrations|requests)/i,
    () => ({
      meaning: 'The CA gives no more certificates for now: it counts them, and failed attempts too.',
      next: 'Wait until the time that it names. To try things out, use its staging directory in networking.tls.acme.directory.',
    }),
  ],
  [
    /\bCAA\b/,
    ({ domain }) => ({
      meaning: `A CAA record in the DNS does not let this CA certify ${domain}.`,
      next: `Let it (dig CAA ${domain}), or use the directory of a CA that is allowed.`,
    }),
  ],
  [
    /Type:\s+dns|no such host|NXDOMAIN|DNS problem/,
    ({ domain }) => ({
      meaning: `The CA does not find ${domain} in the DNS.`,
      next: `Have an A or AAAA record of ${domain} lead to this host, then run the same command again.`,
    }),
  ],
  [
    /Type:\s+connection/,
    ({ domain }) => ({
      meaning: `The CA finds ${domain}, but nothing answers it at port 80 there.`,
      next: `See that ${domain} leads to this host (AAAA records too), and that port 80 comes through to networking.tls.acme.http_port from everywhere.`,
    }),
  ],
  [
    /Type:\s+unauthorized/,
    ({ domain }) => ({
      meaning: `What answers the CA at port 80 of ${domain} is not this edge, or does not pass on to certbot.`,
      next: `See that ${domain} leads to this host (AAAA records too) and that nothing in between answers for it.`,
    }),
  ],
  [
    /Requesting \S+: |ConnectionError|ConnectTimeout|ReadTimeout|Max retries exceeded/,
    ({ server }) => ({
      meaning: `The host does not reach the ACME server at ${server}.`,
      next: `Try from the host: curl -sS -o /dev/null ${server}. It needs DNS and outgoing HTTPS.`,
    }),
  ],
];

/** What it means that a certificate could not be obtained, or not be brought into the edge. */
export function explainAcme(asked: AcmeAsked, { stderr }: ExecResult): Explanation {
  const cause = CAUSES.find(([words]) => words.test(stderr))?.[1](asked) ?? {
    meaning: 'Certbot gave up.',
    next: `Read what it said, in full in ${LOG} on the host, then run the same command again.`,
  };
  return { ...cause, meaning: `${cause.meaning} The edge goes on with the certificate that it has.` };
}
