import type { Command } from '../host/command.js';
import { type Script, sh } from '../host/shell.js';
import { type GatewayArtefact, PAYLOAD } from '../services/gateway/artefact.js';
import { tarOf } from '../tar.js';
import type { GatewayReleaseOptions } from './gateway-release.js';
import { SWITCH_OVER, WORK_DIRECTORY } from './gateway-release-place.js';
import { DESCRIBE, INSTALLED, LISTED, SUMS } from './gateway-release-probe.js';
import { REACH_INDEX } from './virtualenv-python.js';

const TIMEOUT_SECONDS = 1800;

/** Name of the file in the archive that says where packages come from: it may hold credentials. */
const INDEX = 'index.txt';

/** Unpacks, installs, compiles and tries the release beside its place, then renames it there. */
export function installGatewayRelease(options: GatewayReleaseOptions): Command {
  const { artefact, directory, user } = options;
  const index = Buffer.from(options.index.map((line) => `${line}\n`).join(''));
  return {
    title: `install ${artefact.name}`,
    script: sh`
      set -eu
      umask 022
      export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
      dir=${directory}
      ${WORK_DIRECTORY}
      ${payloadDirectory}
      tar -xf - -C "$w/payload" --no-same-owner
      ${unpack(artefact)}
      ${createEnvironment}
      ${installPackages(options)}
      ${artefact.from === 'wheel' ? installWheel : sh`:`}
      ${compile}
      ${tryOut(artefact, user)}
      ${describe(artefact)}
      ${SWITCH_OVER}`,
    stdin: tarOf([{ path: INDEX, content: index, executable: false }, ...artefact.files()]),
    timeoutSeconds: TIMEOUT_SECONDS,
    progress: true,
  };
}

const payloadDirectory = sh`
  chmod 0755 "$w"
  mkdir -m 0700 "$w/payload"`;

function unpack({ from, sha256 }: GatewayArtefact): Script {
  const tree = from === 'wheel' ? sh`"$w"/payload/wheel/*.whl` : sh`"$w/payload/"${PAYLOAD.tree}`;
  return sh`
    sum=$(sha256sum ${tree} | cut -d' ' -f1)
    [ "$sum" = ${sha256} ] || { echo "what arrived has sha256 $sum, want "${sha256} >&2; exit 1; }
    ${from === 'wheel' ? sh`cp "$w/payload/"${PAYLOAD.requirements} "$w/new/"` : unpackTree}
    [ -s "$w/new/requirements.txt" ] || { echo 'the artefact has no requirements.txt' >&2; exit 1; }
    [ -e "$w/new/gunicorn.conf.py" ] || cp "$w/payload/"${PAYLOAD.gunicorn} "$w/new/"`;
}

/** An archive whose one entry is a directory is taken for that directory. An environment of the sender's is no use. */
const unpackTree = sh`
  tar -xf "$w/payload/"${PAYLOAD.tree} -C "$w/new" --no-same-owner --no-same-permissions
  if [ ! -e "$w/new/requirements.txt" ] && [ "$(ls -A "$w/new" | wc -l)" = 1 ] && [ -d "$w/new/"* ]; then
  mv "$w/new" "$w/outer"
  mv -T "$w/outer/"* "$w/new"
  fi
  rm -rf "$w/new/venv"`;

const createEnvironment = sh`
  python=/usr/bin/python3
  command -v $python >/dev/null || { echo "there is no $python" >&2; exit 1; }
  $python -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "$($python -V) is older than 3.12" >&2; exit 1; }
  $python -m venv "$w/new/venv"
  py=$w/new/venv/bin/python`;

/** Only wheels whose hash the requirements name: nothing is built, and nothing that they do not name comes along. */
function installPackages({ online, caBundle, timeoutSeconds }: GatewayReleaseOptions): Script {
  return sh`
    cat "$w/payload/"${INDEX} "$w/new/requirements.txt" >"$w/payload/all"
    ${caBundle === undefined ? sh`:` : sh`export PIP_CERT=${caBundle} SSL_CERT_FILE=${caBundle}`}
    ${online ? sh`"$py" -I -c ${REACH_INDEX} "$w/payload/all"` : sh`:`}
    "$py" -m pip install --require-hashes --no-deps --only-binary :all: --no-compile --retries 2 \
    --timeout ${timeoutSeconds} --progress-bar off -r "$w/payload/all" </dev/null`;
}

const installWheel = sh`"$py" -m pip install --no-index --no-deps --no-compile "$w"/payload/wheel/*.whl </dev/null`;

/** Programs of an environment name it by its path: that of the place where it will be. */
const RELOCATE = `
import os, sys
old, new, directory = (os.fsencode(word) for word in sys.argv[1:])
for name in os.listdir(os.path.join(directory, b'bin')) + [b'../pyvenv.cfg']:
    path = os.path.join(directory, b'bin', name)
    if os.path.isfile(path) and not os.path.islink(path):
        text = open(path, 'rb').read()
        if old in text:
            open(path, 'wb').write(text.replace(old, new))
`;

/** Packages may hold files that no Python can compile; the application may not. */
const compile = sh`
  "$py" -I -c ${RELOCATE} "$w/new" "$dir" "$w/new/venv"
  "$py" -m compileall -q -j 0 -s "$w/new" -p "$dir" "$w/new/venv/lib" >/dev/null 2>&1 || true
  "$py" -m compileall -q -s "$w/new" -p "$dir" -x '/new/venv/' "$w/new" >&2`;

/** Code of the application runs as its own user here too. */
function tryOut({ app }: GatewayArtefact, user: string): Script {
  const module = app.split(':')[0] ?? app;
  const find =
    'import importlib.util, sys\nsys.exit(importlib.util.find_spec(sys.argv[1]) is None and "the artefact has no module " + sys.argv[1])';
  return sh`
    chown -hR root:root "$w/new"
    chmod -R a+rX,go-w "$w/new"
    "$py" -m pip check >&2
    cd "$w/new"
    runuser -u ${user} -- "$py" -m gunicorn --version >&2
    runuser -u ${user} -- "$py" -c ${find} ${module}
    cd /`;
}

/** No times in the manifest: the same release has the same manifest everywhere. */
function describe({ name, from, sha256, app }: GatewayArtefact): Script {
  const format = [
    '{',
    `  "release": ${JSON.stringify(name)},`,
    `  "source": ${JSON.stringify(from)},`,
    `  "artefact_sha256": ${JSON.stringify(sha256)},`,
    `  "app": ${JSON.stringify(app)},`,
    '  "interpreter": "%s"',
    '}\\n',
  ].join('\\n');
  return sh`
    ${DESCRIBE}
    cd "$w/new"
    printf ${format} "$(readlink -f venv/bin/python)" >manifest.json
    listed >${LISTED}
    find . -type f ! -path ./${INSTALLED} ! -path ./${LISTED} ! -path ./${SUMS} -printf '%P\0' | sort -z | xargs -0 sha256sum >${SUMS}
    sync -f .
    stamp >${INSTALLED}
    cd /`;
}
