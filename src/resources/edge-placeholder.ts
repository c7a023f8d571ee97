import { defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { ask, known, type ProbeKind, pending } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import { LINEAGE } from '../services/haproxy/acme.js';

/** What the edge starts with. */
export interface Placeholder {
  /** Certificate and key in one file, as HAProxy reads it. */
  file: string;
  /** What a certificate that is made for want of another one is for. */
  name: string;
}

interface PlaceholderHave {
  /** Why HAProxy cannot use what is there, or should not; null when it can. */
  fault: string | null;
}

/** Nobody believes it, so nothing depends on when it ends. */
const DAYS = 30;

const placeholderKind: ProbeKind<Placeholder, PlaceholderHave> = {
  name: 'edge-placeholder',
  script: (questions) => sh`
    command -v openssl >/dev/null || { echo no-openssl; exit 0; }
    ${questions.map(look)}`,
  parse: (stdout, questions) => {
    const lines = stdout.trim().split('\n');
    if (lines[0] === 'no-openssl') return questions.map(() => pending('openssl is not installed yet'));
    return questions.map((_, index) => {
      const line = lines[index] ?? '';
      if (line === '') return { status: 'unknown', why: 'openssl gave no answer' };
      return known<PlaceholderHave>({ fault: line === 'good' ? null : line });
    });
  },
};

/** Says `good`, or the first thing that is wrong. */
function look({ file }: Placeholder): Script {
  return sh`
    ( f=${file}
    [ -s "$f" ] || { echo 'not there'; exit; }
    [ "$(stat -c '%a %U' "$f")" = '600 root' ] || { echo 'its key is open to others'; exit; }
    key=$(openssl pkey -pubout -in "$f" 2>/dev/null) && [ "$key" = "$(openssl x509 -noout -pubkey -in "$f" 2>/dev/null)" ] ||
    { echo 'it is no certificate with its key'; exit; }
    echo good );`;
}

/**
 * Some certificate for an edge whose own comes from a CA that can only be asked once the edge is there: whatever lies there
 * already, else the last one that certbot has, else one that is signed by itself.
 */
export function edgePlaceholder(want: Placeholder): Resource {
  return defineResource<PlaceholderHave>({
    id: `placeholder:${want.file}`,
    title: 'a certificate to start the edge with',
    probe: ask(placeholderKind, want),
    diff: (have) => {
      const fault = have === null ? 'not there' : have.fault;
      if (fault === null) return null;
      const action = fault === 'not there' ? 'create' : 'update';
      return { action, summary: `make one until the CA has given one (${fault})` };
    },
    apply: () => [make(want)],
  });
}

function make({ file, name }: Placeholder): Command {
  return {
    title: 'make a certificate to start the edge with',
    script: sh`
      set -euo pipefail
      umask 077
      w=$(mktemp -d)
      t=$(mktemp ${`${file}.XXXXXXXX`})
      trap 'rm -rf -- "$w" "$t"' EXIT
      cp -L ${`${LINEAGE.live}/fullchain.pem`} "$w/pem" 2>/dev/null && cp -L ${`${LINEAGE.live}/privkey.pem`} "$w/key" 2>/dev/null &&
      [ "$(openssl x509 -noout -pubkey -in "$w/pem" 2>&1)" = "$(openssl pkey -pubout -in "$w/key" 2>&1)" ] ||
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days ${DAYS} -subj '/CN=vdb placeholder' \
        -addext ${`subjectAltName=DNS:${name}`} -keyout "$w/key" -out "$w/pem" 2>"$w/err" || { cat "$w/err" >&2; exit 1; }
      sed '/^[[:space:]]*$/d' "$w/pem" "$w/key" >"$t"
      sync "$t"
      mv -fT "$t" ${file}`,
  };
}
