import type { Resource } from '../engine/resource.js';
import { type Script, sh } from '../host/shell.js';
import { absent } from './absent.js';
import { file } from './file.js';

export interface UnitFileOptions {
  /** `qdrant@.service`, or a drop-in: `redis-server.service.d/10-vdb.conf`. */
  name: string;
  content: string;
}

const RELOAD = { title: 'reload unit files', script: sh`systemctl daemon-reload` };
const NAME = /^[\w:.@-]+\.(service|timer|target|socket|path|mount|slice)$/;
const DROP_IN = /^[\w:.@-]+\.[a-z]+\.d\/[\w.-]+\.conf$/;

/**
 * A unit file in /etc/systemd/system, known to systemd afterwards. Should the run die in between, the
 * `service` of the unit sees that systemd has not read it yet. Its id is that of the file.
 */
export function unitFile({ name, content }: UnitFileOptions): Resource {
  const path = `/etc/systemd/system/${name}`;
  if (!NAME.test(name) && !DROP_IN.test(name)) throw new Error(`not a unit file: ${name}`);
  const resource = file({
    path,
    content,
    title: name,
    ...(NAME.test(name) ? { validate: verify(name) } : {}),
  });
  return {
    ...resource,
    apply: (change, have) => [
      ...(DROP_IN.test(name) ? [makeParent(path)] : []),
      ...resource.apply(change, have),
      RELOAD,
    ],
  };
}

/** No such unit file or drop-in, and systemd knows that it is gone. */
export function unitFileAbsent({ name }: Pick<UnitFileOptions, 'name'>): Resource {
  if (!NAME.test(name) && !DROP_IN.test(name)) throw new Error(`not a unit file: ${name}`);
  const resource = absent({ path: `/etc/systemd/system/${name}` });
  return { ...resource, apply: (change, have) => [...resource.apply(change, have), RELOAD] };
}

/**
 * `systemd-analyze verify` wants the real name, and also complains of programs and units that come later;
 * only what it says of a line of this file counts.
 */
function verify(name: string): Script {
  return sh`d=$(mktemp -d) && trap 'rm -rf "$d"' EXIT
    install -m 0644 "$1" "$d"/${name}
    said=$(systemd-analyze verify --man=no --recursive-errors=no "$d"/${name} 2>&1 | grep -E '^[^ ]+:[0-9]+: ' | grep -F "$d/")
    [ -z "$said" ] || { printf '%s\n' "$said" | sed "s|$d/||"; exit 1; }`;
}

function makeParent(path: string): { title: string; script: Script } {
  return {
    title: `create the directory of ${path}`,
    script: sh`umask 022 && mkdir -p -- "$(dirname ${path})"`,
  };
}
