import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabHost } from '../../support/lab.js';

const MODULE = 'github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.3';
const GO = { ...process.env, PATH: `${process.env.PATH}:/usr/local/go/bin`, CGO_ENABLED: '0' };
const PLACE = '/root/e2e-pebble';
const run = promisify(execFile);

/** Pebble, the ACME server of Let's Encrypt for tests: it validates for real, and nobody believes it. */
export interface Pebble {
  /** Why there is none here; null when there is one. */
  missing: string | null;
  /** A directory with the program, outside of the repository. */
  directory: string;
}

/** Builds it with the machine's Go, from the module proxy or Go's cache. */
export async function buildPebble(): Promise<Pebble> {
  const directory = await mkdtemp(join(tmpdir(), 'vdb-pebble-'));
  try {
    await run('go', ['install', MODULE], { env: { ...GO, GOBIN: directory }, timeout: 400_000 });
    return { missing: null, directory };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    const { code, message } = error as NodeJS.ErrnoException;
    const last = message.trim().split('\n').at(-1);
    return { missing: code === 'ENOENT' ? 'there is no Go here' : `${MODULE}: ${last}`, directory };
  }
}

/** Its directory, as the host sees it. */
export const DIRECTORY = 'https://localhost:14000/dir';

/**
 * Runs it on the host, where it asks at port 80 of the names that /etc/hosts leads there. Gives the CA of its directory and
 * the one that it signs with, as one text.
 */
export async function startPebble(
  host: LabHost,
  { directory }: Pebble,
  names: readonly string[],
): Promise<string> {
  await run(host.engine, ['cp', join(directory, 'pebble'), `${host.container}:/usr/local/bin/pebble`]);
  await host.inside(`mkdir -p ${PLACE} && cd ${PLACE}
    new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
    openssl req -x509 $new -days 30 -subj '/CN=CA of the directory' -keyout ca.key -out ca.pem 2>/dev/null
    openssl req $new -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout key.pem -out csr 2>/dev/null
    openssl x509 -req -in csr -copy_extensions copy -CA ca.pem -CAkey ca.key -days 30 -out cert.pem 2>/dev/null
    echo '127.0.0.1 ${names.join(' ')}' >>/etc/hosts
    cat >pebble.json <<'END'
${JSON.stringify({ pebble: SETTINGS })}
END
    systemd-run --quiet --unit=e2e-pebble -E PEBBLE_VA_NOSLEEP=1 -E PEBBLE_WFE_NONCEREJECT=0 \\
      /usr/local/bin/pebble -config ${PLACE}/pebble.json
    for _ in $(seq 50); do curl -sko root.pem https://localhost:15000/roots/0 && exit 0; sleep 0.1; done; exit 1`);
  return host.inside(`cat ${PLACE}/ca.pem ${PLACE}/root.pem`);
}

const SETTINGS = {
  listenAddress: '127.0.0.1:14000',
  managementListenAddress: '127.0.0.1:15000',
  certificate: `${PLACE}/cert.pem`,
  privateKey: `${PLACE}/key.pem`,
  httpPort: 80,
  tlsPort: 5001,
};

export async function stopPebble(host: LabHost): Promise<void> {
  await host.inside('systemctl stop e2e-pebble');
}

/** What {@link buildPebble} has made, away. */
export async function removePebble({ directory }: Pebble): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
