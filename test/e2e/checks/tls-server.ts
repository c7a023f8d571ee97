import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Document } from 'yaml';
import type { LabHost } from '../../support/lab.js';
import { site } from '../support/site.js';

/** The name that clients of the lab's edge would use. */
export const DOMAIN = 'edge.example';

const DIRECTORY = '/root/e2e-tls';
const UNIT = 'e2e-edge';
const PORT = 8000;

/** A certificate that `openssl x509` makes, and how it is served. */
export interface Edge {
  /** Default: that of {@link DOMAIN}. */
  name?: string;
  /** Days from now until it ends; negative: it has ended. Default 90. */
  days?: number;
  /** Signed by itself, not by the lab's CA. */
  selfSigned?: true;
  /** Further arguments of `openssl s_server`. */
  options?: string;
}

/** Makes a CA on the host, once for all certificates. */
export async function makeCa(host: LabHost): Promise<void> {
  await host.inside(`mkdir -p ${DIRECTORY} && cd ${DIRECTORY}
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj '/CN=Lab CA' -keyout ca.key -out ca.pem 2>/dev/null`);
}

/** Serves a new certificate on the port of the edge, in place of what was served before. */
export async function serve(host: LabHost, { name = DOMAIN, days = 90, selfSigned, options = '' }: Edge) {
  const end = new Date(Date.now() + days * 86_400_000 + 3_600_000);
  const until = end.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  const signer = selfSigned ? '-signkey edge.key' : '-CA ca.pem -CAkey ca.key';
  await stopServing(host);
  await host.inside(`cd ${DIRECTORY}
    openssl req -newkey rsa:2048 -nodes -subj /CN=${name} -addext subjectAltName=DNS:${name} \\
      -keyout edge.key -out edge.csr 2>/dev/null
    openssl x509 -req -in edge.csr ${signer} -copy_extensions copy -not_before 20200101000000Z -not_after ${until} \\
      -out edge.pem 2>/dev/null || exit 1
    systemd-run --quiet --unit=${UNIT} openssl s_server -www -accept 127.0.0.1:${PORT} \\
      -cert ${DIRECTORY}/edge.pem -key ${DIRECTORY}/edge.key ${options}
    for _ in $(seq 50); do ss -Hltn | grep -q ':${PORT} ' && exit 0; sleep 0.1; done; exit 1`);
}

export async function stopServing(host: LabHost): Promise<void> {
  await host.inside(`systemctl stop ${UNIT} 2>/dev/null; systemctl reset-failed ${UNIT} 2>/dev/null; true`);
}

export async function forget(host: LabHost): Promise<void> {
  await stopServing(host);
  await host.inside(`rm -rf ${DIRECTORY}`);
}

/** The key and the chain that are served now, as files of the operator. */
export async function take(host: LabHost, mode = 0o600): Promise<{ certificate: string; key: string }> {
  const certificate = join(site.directory, 'edge.pem');
  const key = join(site.directory, 'edge.key');
  await writeFile(certificate, await host.inside(`cat ${DIRECTORY}/edge.pem ${DIRECTORY}/ca.pem`));
  await writeFile(key, await host.inside(`cat ${DIRECTORY}/edge.key`));
  await chmod(key, mode);
  return { certificate, key };
}

/** A key that is of no certificate here, as a file of the operator. */
export async function foreignKey(host: LabHost): Promise<string> {
  const path = join(site.directory, 'foreign.key');
  await writeFile(path, await host.inside('openssl genrsa 2048 2>/dev/null'), { mode: 0o600 });
  return path;
}

/** A configuration whose edge has TLS. */
export function withTls(tls: Record<string, string>): (document: Document) => void {
  return (document) => {
    document.setIn(['networking', 'tls'], { domain: DOMAIN, ...tls });
    document.setIn(['networking', 'edge', 'qdrant_http_port'], PORT);
  };
}
