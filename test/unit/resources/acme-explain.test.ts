import { expect, it } from 'vitest';
import { explainAcme } from '../../../src/resources/acme-explain.js';

const ASKED = { domain: 'edge.example', server: 'https://ca.example/dir', localPort: 8480 };
const explained = (stderr: string) => explainAcme(ASKED, { exitCode: 1, durationMs: 1, stdout: '', stderr });
const failed = (type: string, detail: string) =>
  `Certbot failed to authenticate some domains (authenticator: standalone). The Certificate Authority reported these problems:
  Domain: edge.example
  Type:   ${type}
  Detail: ${detail}
Some challenges have failed.`;

it.each([
  [
    'An unexpected error occurred:\nValueError: Requesting ca.example/dir: Connection refused',
    'does not reach the ACME server at https://ca.example/dir',
    'curl -sS -o /dev/null https://ca.example/dir',
  ],
  [
    "requests.exceptions.SSLError: HTTPSConnectionPool(host='ca.example', port=443): Max retries exceeded with url: /dir (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]')))",
    'does not believe the certificate of ca.example itself',
    'networking.tls.acme.ca',
  ],
  [
    'Could not bind TCP port 8480 because it is already in use by another process on this system',
    'Something else listens on port 8480',
    'networking.tls.acme.local_port',
  ],
  [
    'An unexpected error occurred:\nError creating new order :: too many certificates (5) already issued for this exact set of domains',
    'The CA gives no more certificates for now',
    'staging',
  ],
  [
    failed('connection', 'Fetching http://edge.example/: Timeout'),
    'nothing answers it at port 80',
    'port 80',
  ],
  [
    failed('connection', 'lookup edge.example on 10.0.2.3:53: no such host'),
    'does not find edge.example in the DNS',
    'A or AAAA record',
  ],
  [failed('dns', 'DNS problem: NXDOMAIN'), 'does not find edge.example in the DNS', 'A or AAAA record'],
  [failed('caa', 'CAA record for edge.example prevents issuance'), 'A CAA record', 'dig CAA edge.example'],
  [
    failed('unauthorized', 'Non-200 status code from HTTP: … returned 404'),
    'is not this edge',
    'nothing in between',
  ],
  ['Another instance of Certbot is already running.', 'Another certbot is at work', 'Wait'],
  [
    '/etc/haproxy/vdb-edge.pem stays as it is: the new key is not that of the new certificate',
    'which the edge cannot use',
    'Read what it says',
  ],
  ['Something new', 'Certbot gave up', '/var/log/letsencrypt/letsencrypt.log'],
])('%s', (stderr, meaning, next) => {
  const explanation = explained(stderr);
  expect(explanation.meaning).toContain(meaning);
  expect(explanation.meaning).toContain('The edge goes on with the certificate that it has.');
  expect(explanation.next).toContain(next);
});
