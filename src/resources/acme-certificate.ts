import { type Change, defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind, pending } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import { HOOK, LINEAGE } from '../services/haproxy/acme.js';
import { RUNTIME } from '../services/haproxy/runtime.js';
import { explainAcme } from './acme-explain.js';

/** A certificate that certbot obtains and renews. */
export interface AcmeCertificate {
  /** The DNS name that it is for. */
  domain: string;
  /** Directory of the ACME server, a URL. */
  server: string;
  /** Contact of the account, where one is made; null: none. */
  email: string | null;
  /** On loopback, where certbot answers what the edge passes on. */
  localPort: number;
  /** CA certificates on the host which the server is believed by; null: those of the system. */
  ca: string | null;
  /** Chain and key in one file, as the edge reads it. */
  file: string;
}

/** `obtain`: the CA has to be asked. `install`: certbot has the right one, the edge has not. */
export type AcmeHave = { fault: null } | { due: 'obtain' | 'install'; fault: string };

/** Certbot renews a certificate of 90 days when a third is left: with less, its timer has failed for a week. */
const LEFT = 4;

const acmeKind: ProbeKind<AcmeCertificate, AcmeHave> = {
  name: 'acme-certificate',
  script: (questions) => sh`
    command -v certbot >/dev/null || { echo no-certbot; exit 0; }
    ${RUNTIME}
    ${questions.map(look)}`,
  parse: (stdout, questions) => {
    const lines = stdout.trim().split('\n');
    if (lines[0] === 'no-certbot') return questions.map(() => pending('certbot is not installed yet'));
    return questions.map((_, index) => {
      const [, due, fault] = /^(good|obtain|install)(?: (.+))?$/.exec(lines[index] ?? '') ?? [];
      if (due === 'good') return known<AcmeHave>({ fault: null });
      if (due === undefined || fault === undefined)
        return { status: 'unknown', why: `no answer but "${(lines[index] ?? '').slice(0, 80)}"` };
      return known<AcmeHave>({ due: due as 'obtain' | 'install', fault });
    });
  },
};

/** Says `good`, or what is due and the first thing that is wrong. An edge that does not run starts with its file. */
function look({ domain, server, localPort, file }: AcmeCertificate): Script {
  return sh`
    ( f=${file}; chain=${`${LINEAGE.live}/fullchain.pem`}; key=${`${LINEAGE.live}/privkey.pem`}; conf=${LINEAGE.renewal}
    has() { grep -qxF -- "$1" "$conf"; }
    at() { date -d "$(openssl x509 -noout "-$1" -in "$chain" | cut -d = -f 2)" +%s; }
    [ -s "$chain" ] && [ -s "$key" ] && [ -s "$conf" ] || { echo 'obtain not there'; exit; }
    has ${`server = ${server}`} || { echo "obtain it is from $(sed -n 's/^server = //p' "$conf" | tail -n 1)"; exit; }
    names=$(openssl x509 -noout -ext subjectAltName -in "$chain" 2>&1 | tail -n +2 | tr -d ' \n')
    [ "$names" = ${`DNS:${domain}`} ] || { echo "obtain it is for \${names:-nothing}"; exit; }
    [ "$(openssl x509 -noout -pubkey -in "$chain" 2>&1)" = "$(openssl pkey -pubout -in "$key" 2>&1)" ] || { echo 'obtain its key is another one'; exit; }
    from=$(at startdate) && to=$(at enddate) || { echo 'obtain it cannot be read'; exit; }
    [ $(( (to - $(date +%s)) * ${LEFT} )) -ge $((to - from)) ] || { echo "obtain it ends on $(date -u -d "@$to" +%F), and was not renewed"; exit; }
    has 'authenticator = standalone' && has 'http01_address = 127.0.0.1' && has ${`http01_port = ${localPort}`} || { echo 'obtain its renewals are set up otherwise'; exit; }
    sed '/^[[:space:]]*$/d' "$chain" "$key" | cmp -s - "$f" || { echo 'install the file of the edge is another one'; exit; }
    [ "$(stat -c '%a %U' "$f")" = '600 root' ] || { echo 'install its key is open to others'; exit; }
    said=$(tell "show ssl cert $f" 2>/dev/null) || { echo good; exit; }
    want=$(openssl x509 -noout -fingerprint -sha1 -in "$f" | cut -d = -f 2 | tr -d :)
    [ "$(sed -n 's/^SHA1 FingerPrint: //p' <<<"$said")" = "$want" ] || { echo 'install the running edge has another one'; exit; }
    echo good );`;
}

/**
 * The certificate of the edge, from a CA by ACME. It is asked for only where what certbot has is no good: CAs count. While
 * that fails, the edge goes on with what it has.
 */
export function acmeCertificate(want: AcmeCertificate): Resource {
  return defineResource<AcmeHave>({
    id: `acme:${want.file}`,
    title: `certificate for ${want.domain}`,
    probe: ask(acmeKind, want),
    diff: (have) => changeFor(want, have),
    apply: (_change, have) => (isDue(have, 'install') ? [install(want)] : [obtain(want), install(want)]),
    explain: (result) => explainAcme(want, result),
  });
}

function isDue(have: AcmeHave | null, what: 'obtain' | 'install'): boolean {
  return have !== null && have.fault !== null && have.due === what;
}

function changeFor({ domain, server }: AcmeCertificate, have: AcmeHave | null): Change | null {
  const fault = have === null ? 'not there' : have.fault;
  if (fault === null) return null;
  const what = isDue(have, 'install') ? 'bring it into the edge' : `obtain it from ${new URL(server).host}`;
  return {
    action: fault === 'not there' ? 'create' : 'update',
    summary: `${what} (${fault})`,
    fields: [{ field: 'certificate', have: fault, want: `one for ${domain} from ${server}` }],
  };
}

/** What certbot has under the name but cannot use, it would leave there and take another name. */
function obtain({ domain, server, email, localPort, ca }: AcmeCertificate): Command {
  const { name, live, archive, renewal } = LINEAGE;
  const contact = email === null ? ['--register-unsafely-without-email'] : ['--email', email];
  return {
    title: `obtain a certificate for ${domain}`,
    timeoutSeconds: 300,
    script: sh`
      ${ca === null ? sh`:` : sh`export REQUESTS_CA_BUNDLE=${ca}`}
      [ -s ${`${live}/fullchain.pem`} ] && [ -s ${`${live}/privkey.pem`} ] && [ -s ${renewal} ] || rm -rf -- ${[live, archive, renewal]} || exit
      said=$(certbot certonly --non-interactive --agree-tos --no-eff-email ${contact} --server ${server} \
        --cert-name ${name} -d ${domain} --standalone --http-01-address 127.0.0.1 --http-01-port ${localPort} \
        --force-renewal --break-my-certs 2>&1 </dev/null) && exit
      grep -vE '^(Saving debug log|Ask for help)|^[[:space:]]*$' <<<"$said" >&2
      exit 1`,
  };
}

function install({ domain }: AcmeCertificate): Command {
  return {
    title: `bring the certificate for ${domain} into the edge`,
    script: sh`${HOOK} >&2`,
  };
}
