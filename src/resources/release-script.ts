import type { Command } from '../host/command.js';
import { type Script, sh } from '../host/shell.js';
import type { ReleaseOptions, ReleaseSource } from './release.js';
import { STAMP } from './release-probe.js';

const TIMEOUT_SECONDS = 1800;

/** Fetches, verifies, unpacks and tries the release beside its place, then renames it there. */
export function installRelease(options: ReleaseOptions): Command {
  const { binary, version, source } = options;
  return {
    title: `install ${binary} ${version}`,
    script: sh`
      set -eu
      umask 022
      dir=${options.directory} bin=${binary}
      mkdir -p "$(dirname "$dir")"
      w=$(mktemp -d "$(dirname "$dir")/.vdb.XXXXXXXX")
      trap 'rm -rf "$w"' EXIT
      chmod 0755 "$w"
      mkdir "$w/new"
      ${fetchScript(source)}
      ${hashScript(source)}
      ${UNPACK}
      ${tryScript(version)}
      ${manifestScript(options)}
      ${SWITCH}`,
    ...(source.from === 'file' ? { stdin: { file: source.path } } : {}),
    timeoutSeconds: TIMEOUT_SECONDS,
  };
}

function fetchScript(source: ReleaseSource): Script {
  if (source.from === 'file') return sh`cat > "$w/artefact"`;
  return sh`curl -fsSL --proto =http,https --proto-redir =https,http --connect-timeout 15 --max-time 1500 \
    --retry 4 --retry-delay 2 --retry-connrefused -o "$w/artefact" -- ${source.url} || { echo ${`could not download ${source.url}`} >&2; exit 1; }`;
}

function hashScript(source: ReleaseSource): Script {
  const sum = sh`sum=$(sha256sum "$w/artefact" | cut -d' ' -f1)`;
  if (source.sha256 === 'unpinned') return sum;
  const what = source.from === 'file' ? 'the file that arrived' : 'the download';
  return sh`${sum}
    [ "$sum" = ${source.sha256} ] || { echo ${what} "has sha256 $sum, want "${source.sha256} >&2; exit 1; }`;
}

/** A gzip archive is known by its first two bytes, whatever its name. */
const UNPACK = sh`
  if [ "$(od -An -tx1 -N2 "$w/artefact" | tr -d ' ')" = 1f8b ]; then
  mkdir "$w/unpacked"
  tar -xzf "$w/artefact" --no-same-owner -C "$w/unpacked"
  found=$(find "$w/unpacked" -type f -name "$bin" -print -quit)
  [ -n "$found" ] || { echo "the archive has no $bin" >&2; exit 1; }
  mv -T "$found" "$w/new/$bin"
  else
  mv -T "$w/artefact" "$w/new/$bin"
  fi
  chown root:root "$w/new/$bin"
  chmod 0755 "$w/new/$bin"`;

/** Through bash, because `timeout` itself would hand a program of another architecture to `sh`. */
function tryScript(version: string): Script {
  return sh`said=$(cd "$w" && timeout 30 bash -c '"$1" --version' vdb "$w/new/$bin" 2>&1 </dev/null) || {
    code=$?
    printf '%s\n' "$said" >&2
    echo "$bin does not run here (exit code $code; this machine is $(uname -m))" >&2
    exit 1
    }
    case $said in
    *${version}*) ;;
    *) echo "$bin calls itself \"$said\", not version "${version} >&2; exit 1 ;;
    esac`;
}

/** No times in it: the same release has the same manifest everywhere. */
function manifestScript({ version, binary, source }: ReleaseOptions): Script {
  const format = [
    '{',
    `  "version": ${JSON.stringify(version)},`,
    `  "binary": ${JSON.stringify(binary)},`,
    '  "binary_sha256": "%s",',
    '  "artefact_sha256": "%s",',
    '  "source": %s',
    '}\\n',
  ].join('\\n');
  const origin = JSON.stringify(source.from === 'file' ? 'file' : source.url);
  return sh`printf ${format} "$(sha256sum "$w/new/$bin" | cut -d' ' -f1)" "$sum" ${origin} >"$w/new/manifest.json"
    stat -c '%i %s %y %z' "$w/new/$bin" >"$w/new/"${STAMP}`;
}

/** What was there is moved aside, not deleted, until the new one is in its place. */
const SWITCH = sh`
  sync "$w/new/$bin"
  [ ! -e "$dir" ] || mv -T "$dir" "$w/old"
  mv -T "$w/new" "$dir" || { mv -T "$w/old" "$dir"; exit 1; }`;
