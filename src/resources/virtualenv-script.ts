import { type Command, UNAVAILABLE } from '../host/command.js';
import { type Script, sh } from '../host/shell.js';
import type { VirtualenvOptions } from './virtualenv.js';
import { TOOLS } from './virtualenv-packages.js';
import type { VirtualenvQuestion } from './virtualenv-probe.js';
import { REACH_INDEX, TEST_IMPORTS } from './virtualenv-python.js';

const INSTALL_SECONDS = 1800;

/** Makes the environment. `clear` empties the directory first. */
export function createVirtualenv(options: { path: string; python: string; clear: boolean }): Command {
  const { path, python, clear } = options;
  return {
    title: `create ${path}`,
    script: sh`
      umask 022
      command -v ${python} >/dev/null || { echo ${`there is no ${python}`} >&2; exit 1; }
      ${python} -c 'import sys; sys.exit(sys.version_info < (3, 12))' || { echo "$(${python} -V) is older than 3.12" >&2; exit 1; }
      ${python} -m venv ${clear ? ['--clear'] : []} ${path}`,
    timeoutSeconds: 300,
  };
}

/**
 * Installs everything in one run of pip. Index addresses may hold credentials, so they travel in the
 * requirements on standard input, like the rest.
 */
export function installPackages(options: VirtualenvOptions, requirements: readonly string[]): Command {
  const { path, caBundle, wheelDir, timeoutSeconds, required } = options;
  return {
    title: `install ${requirements.length} Python packages`,
    stdin: renderRequirements(options, requirements),
    script: sh`
      umask 022
      py=${path}/bin/python
      export PIP_NO_INPUT=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
      ${caBundle === undefined ? sh`:` : sh`export PIP_CERT=${caBundle} SSL_CERT_FILE=${caBundle}`}
      w=$(mktemp -d) || exit 1
      trap 'rm -rf "$w"' EXIT
      cat >"$w/requirements"
      ${wheelDir === undefined ? sh`"$py" -I -c ${REACH_INDEX} "$w/requirements" || exit` : sh`:`}
      ${pipInstall(timeoutSeconds)}`,
    timeoutSeconds: INSTALL_SECONDS,
    progress: true,
    ...(required ? {} : { skipCodes: [UNAVAILABLE] }),
  };
}

function renderRequirements(options: VirtualenvOptions, requirements: readonly string[]): string {
  const { indexUrl, extraIndexUrls = [], wheelDir } = options;
  const network = [
    ...(indexUrl === undefined ? [] : [`--index-url ${indexUrl}`]),
    ...extraIndexUrls.map((url) => `--extra-index-url ${url}`),
  ];
  const where = wheelDir === undefined ? network : ['--no-index', `--find-links ${wheelDir}`];
  return `${[...where, ...TOOLS, ...requirements].join('\n')}\n`;
}

/** An index that goes away in the middle counts as one that was never there. */
function pipInstall(timeoutSeconds: number): Script {
  return sh`exec 3>&1
    "$py" -m pip install --upgrade --prefer-binary --retries 2 --timeout ${timeoutSeconds} --progress-bar off -r "$w/requirements" 2>&1 >&3 </dev/null | tee "$w/log" >&2
    code=\${PIPESTATUS[0]}
    [ "$code" -ne 0 ] || exit 0
    if grep -qE 'NewConnectionError|ConnectTimeout|ReadTimeout|NameResolutionError|ProxyError' "$w/log"; then
    echo 'the package index stopped answering' >&2
    exit ${UNAVAILABLE}
    fi
    exit "$code"`;
}

/** Skips a group: the same run of pip that left an earlier one out would have installed this one. */
export function leaveOut(name: string, earlier: string): Command {
  return {
    title: `leave out ${name} packages`,
    script: sh`
      echo ${`not tried again after the ${earlier} packages`} >&2
      exit ${UNAVAILABLE}`,
    skipCodes: [UNAVAILABLE],
  };
}

/** Checks that the packages agree with each other and can be imported; a pass is remembered until they change. */
export function testImports(question: Omit<VirtualenvQuestion, 'role'>): Command {
  const { path, imports } = question;
  return {
    title: `import ${imports.length} Python packages`,
    script: sh`${path}/bin/python -m pip --disable-pip-version-check check >&2 || exit 1
      cd / && ${path}/bin/python -I -c ${TEST_IMPORTS} ${JSON.stringify(question)} >/dev/null`,
    timeoutSeconds: 600,
  };
}

/** Writes what `pip freeze` says, by rename. */
export function freezePackages(path: string, to: string): Command {
  return {
    title: `write ${to}`,
    script: sh`set -e
      umask 022
      t=$(mktemp "$(dirname ${to})/.vdb.XXXXXXXX")
      trap 'rm -f "$t"' EXIT
      ${path}/bin/python -m pip --disable-pip-version-check freeze >"$t"
      chmod 0644 "$t"
      sync "$t"
      mv -fT "$t" ${to}`,
  };
}
