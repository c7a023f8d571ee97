import { known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { ENGINE_FUNCTIONS } from './container-engine-functions.js';

/** Which image, by which engine, for which account. */
export interface GatewayImageQuestion {
  /** Names of engines, the preferred one first. */
  engines: readonly string[];
  digest: string;
  /** Of its release. */
  directory: string;
  user: string;
}

/** An engine, what it has of the image, and what its release says. */
export interface GatewayImageState {
  /** Null, with the reason, where none answers. */
  engine: { name: string; path: string } | null;
  why: string;
  /** The image's id, 64 hex digits; null where the engine does not have it. */
  id: string | null;
  /** `uid:gid` of the account; null where there is none yet. */
  runAs: string | null;
  /** Files of the release by name, and where its link leads; empty: not there. */
  manifest: string;
  settings: string;
  link: string;
}

/** What the unit reads from a release: which image, as whom. */
export const SETTINGS = 'image.env';
/** The link in a release to the engine that runs it. */
export const ENGINE = 'engine';

export const gatewayImageKind: ProbeKind<GatewayImageQuestion, GatewayImageState> = {
  name: 'gateway-image',
  timeoutSeconds: 60,
  script: (questions) => sh`
    ${ENGINE_FUNCTIONS}
    base64_of() { base64 -w0; printf ' '; }
    look() {
    local digest=$1 directory=$2 user=$3 id=
    shift 3
    if find_engine "$@"; then id=$(image_of "$digest") || return 1; else name=; fi
    printf '%s %s %s ' "$name" "$engine" "$id"
    printf '%s' "$why" | base64_of
    { id -u -- "$user" && id -g -- "$user"; } 2>/dev/null | paste -sd: | tr -d '\n' | base64_of
    for file in manifest.json ${SETTINGS}; do cat "$directory/$file" 2>/dev/null | base64_of; done
    readlink "$directory"/${ENGINE} | base64_of
    echo
    }
    set -o pipefail
    ${questions.map(({ digest, directory, user, engines }) => sh`look ${digest} ${directory} ${user} ${engines} || exit 1;`)}`,
  parse: (stdout, questions) => {
    const lines = stdout.trimEnd().split('\n');
    if (lines.length !== questions.length)
      throw new Error(`${lines.length} answers for ${questions.length} images`);
    return lines.map((line) => known(parseLine(line)));
  },
};

function parseLine(line: string): GatewayImageState {
  const [name = '', path = '', id = '', ...encoded] = line.split(' ');
  const [why = '', runAs = '', manifest = '', settings = '', link = ''] = encoded.map((text) =>
    Buffer.from(text, 'base64').toString('utf8'),
  );
  if (id !== '' && !/^[0-9a-f]{64}$/.test(id)) throw new Error(`not the id of an image: ${id}`);
  return {
    engine: name === '' ? null : { name, path },
    why: why.replace(/; $/, ''),
    id: id || null,
    runAs: /^\d+:\d+$/.test(runAs) ? runAs : null,
    ...{ manifest, settings, link: link.trim() },
  };
}
