import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind, pending } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';

/** A certificate that is signed by a CA made on the host. */
export interface OwnCertificate {
  /** Of the CA and its key; closed to all but root. */
  directory: string;
  /** Chain and key in one file, as HAProxy reads it. */
  file: string;
  /** DNS names and IP addresses that it is for. */
  names: readonly string[];
}

interface OwnCertificateHave {
  /** Why it cannot be used; null when it can. */
  fault: string | null;
}

/** It is renewed by the first provisioning in its last month; the check `tls.expiry` warns before the end. */
const RENEW_SECONDS = 30 * 86_400;
const CERTIFICATE_DAYS = 397;
const CA_DAYS = 3650;

const ownCertificateKind: ProbeKind<OwnCertificate, OwnCertificateHave> = {
  name: 'own-certificate',
  script: (questions) => sh`
    command -v openssl >/dev/null || { echo no-openssl; exit 0; }
    ${questions.map(look)}`,
  parse: (stdout, questions) => {
    if (stdout.trim() === 'no-openssl') return questions.map(() => pending('openssl is not installed yet'));
    const answers = stdout.split(/^@@$/m).slice(1);
    return questions.map((_, index) => {
      const answer = answers[index]?.trim() ?? '';
      if (answer === '') return { status: 'unknown', why: 'openssl gave no answer' };
      return known<OwnCertificateHave>({ fault: answer === 'good' ? null : answer });
    });
  },
};

/** Says `good`, or the first thing that is wrong. */
function look({ directory, file, names }: OwnCertificate): Script {
  return sh`
    echo @@
    ( f=${file}; ca=${`${directory}/ca.pem`}
    [ -s "$f" ] && [ -s "$ca" ] && [ -s ${`${directory}/ca.key`} ] || { echo 'not there'; exit; }
    [ "$(stat -c '%a %U' "$f")" = '600 root' ] || { echo 'its key is open to others'; exit; }
    openssl verify -CAfile "$ca" "$f" >/dev/null 2>&1 || { echo 'its CA did not sign it, or it has ended'; exit; }
    [ "$(openssl x509 -noout -pubkey -in "$f" 2>&1)" = "$(openssl pkey -pubout -in "$f" 2>&1)" ] || { echo 'its key is another one'; exit; }
    openssl x509 -noout -checkend ${RENEW_SECONDS} -in "$f" >/dev/null || { echo 'it ends within a month'; exit; }
    have=$(openssl x509 -noout -ext subjectAltName -in "$f" | tail -n +2 | tr -d ' \n' | sed 's/IPAddress:/IP:/g')
    want=${alternatives(names)}
    [ "$(printf %s "$have" | tr , '\n' | sort)" = "$(printf %s "$want" | tr , '\n' | sort)" ] || { echo "it is for $have"; exit; }
    echo good );`;
}

/** In the order given; openssl spells out IPv6 addresses, so only names and IPv4 can be compared. */
function alternatives(names: readonly string[]): string {
  return [...new Set(names)].map((name) => (isIpv4(name) ? `IP:${name}` : `DNS:${name}`)).join(',');
}

function isIpv4(name: string): boolean {
  return /^\d+(\.\d+){3}$/.test(name);
}

/**
 * The certificate of the edge, signed by a CA of this host alone. The CA is made once and stays, so clients that
 * trust it keep trusting; no key ever leaves the host.
 */
export function ownCertificate(want: OwnCertificate): Resource {
  return defineResource<OwnCertificateHave>({
    id: `certificate:${want.file}`,
    title: `certificate for ${want.names[0] ?? 'the edge'}`,
    probe: ask(ownCertificateKind, want),
    diff: (have) => changeFor(want, have),
    apply: () => [signCertificate(want)],
  });
}

function changeFor({ names }: OwnCertificate, have: OwnCertificateHave | null): Change | null {
  const fault = have === null ? 'not there' : have.fault;
  if (fault === null) return null;
  const field = { field: 'certificate', have: fault, want: `one for ${names.join(', ')}` };
  return {
    action: fault === 'not there' ? 'create' : 'update',
    summary: `sign it (${fault})`,
    fields: [field],
  };
}

/** Everything is made aside and verified before the file appears under its name. */
function signCertificate({ directory, file, names }: OwnCertificate): Command {
  const ca = `${directory}/ca`;
  return {
    title: `sign a certificate for ${names[0] ?? 'the edge'}`,
    script: sh`
      set -euo pipefail
      umask 077
      mkdir -p ${directory}
      w=$(mktemp -d ${`${directory}/.vdb.XXXXXXXX`})
      t=$(mktemp ${`${file}.XXXXXXXX`})
      trap 'rm -rf "$w" "$t"' EXIT
      if [ ! -s ${`${ca}.pem`} ] || [ ! -s ${`${ca}.key`} ]; then
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days ${CA_DAYS} \
          -subj "/CN=vdb CA of $(hostname)" -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
          -addext keyUsage=critical,keyCertSign,cRLSign -keyout "$w/ca.key" -out "$w/ca.pem" 2>"$w/err" || { cat "$w/err" >&2; exit 1; }
        chmod 0644 "$w/ca.pem"
        mv -fT "$w/ca.key" ${`${ca}.key`}
        mv -fT "$w/ca.pem" ${`${ca}.pem`}
      fi
      printf '%s\n' ${`subjectAltName=${alternatives(names)}`} basicConstraints=critical,CA:FALSE \
        keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth >"$w/ext"
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj ${`/CN=${names[0] ?? 'edge'}`} \
        -keyout "$w/key" -out "$w/csr" 2>"$w/err" || { cat "$w/err" >&2; exit 1; }
      openssl x509 -req -in "$w/csr" -CA ${`${ca}.pem`} -CAkey ${`${ca}.key`} -set_serial "0x$(openssl rand -hex 16)" \
        -days ${CERTIFICATE_DAYS} -extfile "$w/ext" -out "$w/pem" 2>"$w/err" || { cat "$w/err" >&2; exit 1; }
      openssl verify -CAfile ${`${ca}.pem`} "$w/pem" >/dev/null
      cat "$w/pem" ${`${ca}.pem`} "$w/key" >"$t"
      sync "$t"
      mv -fT "$t" ${file}`,
  };
}
