import type { Command } from '../host/command.js';
import { type Script, sh } from '../host/shell.js';
import { type GatewayImage, referenceOf } from '../services/gateway/image.js';
import { ENGINE_FUNCTIONS } from './container-engine-functions.js';
import type { GatewayImageOptions } from './gateway-image.js';
import { ENGINE, SETTINGS } from './gateway-image-probe.js';
import { SWITCH_OVER, WORK_DIRECTORY } from './gateway-release-place.js';

/** For everything but a pull: sending, loading and looking at some gigabytes. */
const TIMEOUT_SECONDS = 1800;

/** What is only known on the host. */
export interface Installed {
  id: string;
  engine: string;
  runAs: string;
}

/** No times in it: the same release has the same manifest everywhere. */
export function manifestOf({ name, repository, digest }: GatewayImage, { id, engine }: Installed): string {
  const lines = {
    release: name,
    source: 'image',
    image: repository,
    digest: `sha256:${digest}`,
    image_id: id,
    engine,
  };
  return `${JSON.stringify(lines, null, 2)}\n`;
}

/** Names that no gateway has for a setting of its own. */
export function settingsOf({ id, runAs }: Installed): string {
  return `VDB_IMAGE=${id}\nVDB_RUN_AS=${runAs}\n`;
}

/** Brings the image to the engine where it does not have it, and writes its release beside its place, then renames it there. */
export function installGatewayImage(options: GatewayImageOptions, present: boolean): Command {
  const { image, directory, user } = options;
  const { source } = image;
  const pull = source.from === 'registry' ? source.timeoutSeconds : 0;
  return {
    title: `install ${image.name}`,
    script: sh`
      set -eu
      umask 022
      export LC_ALL=C.UTF-8
      ${ENGINE_FUNCTIONS}
      dir=${directory} digest=${image.digest}
      find_engine ${image.engines} || { echo "no container engine: $why" >&2; exit 1; }
      run_as=$(id -u -- ${user}):$(id -g -- ${user})
      ${WORK_DIRECTORY}
      ${present ? sh`:` : bring(image)}
      id=$(image_of "$digest")
      [ -n "$id" ] || { echo "$name no longer has the image" >&2; exit 1; }
      "$engine" tag "$id" ${`localhost/vdb/gateway:${image.digest.slice(0, 12)}`}
      ${describe(image)}
      ${SWITCH_OVER}`,
    ...(source.from === 'archive' && !present ? { stdin: { file: source.path } } : {}),
    timeoutSeconds: TIMEOUT_SECONDS + pull,
    progress: true,
  };
}

/** What came and is another image is taken away again; what was there before stays. */
function bring(image: GatewayImage): Script {
  const { source } = image;
  return sh`
    image_ids >"$w/before"
    ${source.from === 'archive' ? load(source.sha256) : pull(referenceOf(image), source)}
    if [ -z "$(image_of "$digest")" ]; then
    image_ids | comm -13 "$w/before" - >"$w/others"
    echo "what came is not the image that is pinned: $(tr '\n' ' ' <"$w/others")" >&2
    xargs -r "$engine" rmi --force <"$w/others" >/dev/null
    exit 1
    fi`;
}

function load(sha256: string | undefined): Script {
  return sh`
    cat >"$w/archive"
    ${
      sha256 === undefined
        ? sh`:`
        : sh`sum=$(sha256sum "$w/archive" | cut -d' ' -f1)
    [ "$sum" = ${sha256} ] || { echo "the archive that arrived has sha256 $sum, want "${sha256} >&2; exit 1; }`
    }
    "$engine" load --input "$w/archive" >&2 || { echo 'the archive could not be loaded' >&2; exit 1; }
    rm "$w/archive"`;
}

/** Credentials stay in their file: podman takes its path, docker the directory of one with a certain name. */
function pull(
  reference: string,
  { authFile, timeoutSeconds }: Extract<GatewayImage['source'], { from: 'registry' }>,
): Script {
  return sh`
    auth=
    ${authFile === undefined ? sh`:` : credentials(authFile)}
    code=0
    timeout -k 10 ${timeoutSeconds} "$engine" pull $auth ${reference} >&2 </dev/null || code=$?
    [ "$code" != 124 ] || echo ${`the pull took longer than ${timeoutSeconds} s`} >&2
    [ "$code" = 0 ] || exit 1`;
}

function credentials(authFile: string): Script {
  return sh`
    [ -f ${authFile} ] || { echo "there is no auth file "${authFile} >&2; exit 1; }
    [ -z "$(find -L ${authFile} -maxdepth 0 -perm /077)" ] || { echo "the auth file "${authFile}" can be read by others" >&2; exit 1; }
    if [ "$name" = docker ]; then
    mkdir -m 0700 "$w/docker"
    ln -s ${authFile} "$w/docker/config.json"
    export DOCKER_CONFIG=$w/docker
    else
    auth=--authfile=${authFile}
    fi`;
}

function describe(image: GatewayImage): Script {
  const format = (text: string): string => text.replaceAll('\n', '\\n');
  const words = { id: '%s', engine: '%s', runAs: '%s' };
  return sh`
    printf ${format(manifestOf(image, words))} "$id" "$name" >"$w/new/manifest.json"
    printf ${format(settingsOf(words))} "$id" "$run_as" >"$w/new/"${SETTINGS}
    ln -s "$engine" "$w/new/"${ENGINE}`;
}
