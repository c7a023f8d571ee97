import type { Command } from '../host/command.js';
import { known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { type DeployRecord, isInPlace, isOpen } from './record.js';

/** What lies in the directory of releases. */
export interface Installed {
  name: string;
  /** When its directory appeared, in milliseconds since the epoch. */
  at: number;
  /** Its manifest.json; null where that cannot be read. */
  manifest: Record<string, unknown> | null;
  /** Links that lead to it, as names below `paths.root`: `gateway/blue-1`, `slots/blue`. */
  links: readonly string[];
}

/** The releases below each `paths.root`. */
export const installedKind: ProbeKind<string, Installed[]> = {
  name: 'releases',
  script: (roots) => sh`
    set -eu
    encoded() { base64 -w 0; printf ' '; }
    for root in ${roots}; do
    echo @root
    for dir in "$root"/releases/*; do
    [ -d "$dir" ] || continue
    printf '%s ' "$(stat -c %Y -- "$dir")"
    basename -- "$dir" | tr -d '\n' | encoded
    cat -- "$dir/manifest.json" 2>/dev/null | encoded
    for link in "$root"/slots/* "$root"/gateway/*; do
    [ ! -L "$link" ] || [ "$(readlink -f -- "$link")" != "$(readlink -f -- "$dir")" ] || printf '%s\n' "\${link#"$root/"}"
    done | base64 -w 0
    echo
    done
    done`,
  parse: (stdout, roots) => {
    const parts = stdout.split(/^@root\n/m).slice(1);
    if (parts.length !== roots.length) throw new Error(`${parts.length} answers for ${roots.length} places`);
    return parts.map((part) =>
      known(
        part
          .split('\n')
          .filter((line) => line !== '')
          .map(parseLine),
      ),
    );
  },
};

function parseLine(line: string): Installed {
  const [seconds = '', name = '', manifest = '', links = ''] = line.split(' ');
  if (!/^\d+$/.test(seconds)) throw new Error(`no release: ${line}`);
  return {
    name: decoded(name),
    at: Number(seconds) * 1000,
    manifest: objectOf(decoded(manifest)),
    links: decoded(links)
      .split('\n')
      .filter((link) => link !== ''),
  };
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** `standby` is what `vdb rollback` goes to. `kept`: installed, and good. `failed`: it never served to the end of its deploy. */
export type ReleaseState = 'active' | 'standby' | 'deploying' | 'kept' | 'failed' | 'pruned';

/** One release, for `vdb releases`. */
export interface Release {
  service: 'gateway' | 'qdrant';
  name: string;
  state: ReleaseState;
  /** When it was deployed last, or installed, in milliseconds since the epoch. */
  at: number;
  /** Who deployed it; undefined where it came by `vdb provision`. */
  by?: string;
  /** What its manifest says of its origin: `tarball`, `image`, an address. */
  source?: string;
  sha256?: string;
}

/** What serves and what stands by, by service. */
export interface Slots {
  qdrant: string;
  gateway: { active: string; standby: string | null };
}

/** All releases that are there, and those that deploys tell of, newest first. Pure. */
export function releasesOf(
  installed: readonly Installed[],
  records: readonly DeployRecord[],
  slots: Slots,
): Release[] {
  const there = installed.map((each): Release => {
    const service = serviceOfRelease(each.name);
    const record = records.find(({ to }) => to.release === each.name);
    return {
      ...{ service, name: each.name, at: record === undefined ? each.at : Date.parse(record.started) },
      state: stateOf(each, records, slots),
      ...(record === undefined ? {} : { by: record.by }),
      ...originOf(each, record),
    };
  });
  const pruned = records
    .filter(({ to }, index) => records.findIndex((each) => each.to.release === to.release) === index)
    .filter(({ to }) => !installed.some(({ name }) => name === to.release))
    .map(({ service, to: { release: name, sha256 }, started, by }): Release => {
      return { service, name, state: 'pruned', at: Date.parse(started), by, sha256 };
    });
  return [...there, ...pruned].sort((a, b) => b.at - a.at);
}

function stateOf({ name, links }: Installed, records: readonly DeployRecord[], slots: Slots): ReleaseState {
  const isIn = (place: string, slot: string): boolean =>
    links.some((link) => link === `${place}/${slot}` || link.startsWith(`${place}/${slot}-`));
  const { active, standby } = slots.gateway;
  if (isIn('slots', slots.qdrant) || isIn('gateway', active)) return 'active';
  if (standby !== null && isIn('gateway', standby)) return 'standby';
  if (isBehind(name, records)) return 'standby';
  const own = records.filter(({ to, from }) => to.release === name || from.release === name);
  if (own.some(({ state, to }) => to.release === name && (state === 'running' || state === 'paused')))
    return 'deploying';
  const isGood = own.some(({ state, from }) => state === 'done' || from.release === name);
  return own.length === 0 || isGood ? 'kept' : 'failed';
}

/** What a deploy in place has put aside, which a rollback of it puts back. */
function isBehind(name: string, records: readonly DeployRecord[]): boolean {
  const last = records.find(
    (each) => each.service === serviceOfRelease(name) && (isOpen(each) || each.state === 'done'),
  );
  return last !== undefined && last.kind === 'deploy' && isInPlace(last) && last.from.release === name;
}

/** The service of a release, by its name. Pure. */
export function serviceOfRelease(release: string): Release['service'] {
  return release.startsWith('gateway-') ? 'gateway' : 'qdrant';
}

function originOf(
  { manifest }: Installed,
  record: DeployRecord | undefined,
): Pick<Release, 'source' | 'sha256'> {
  const text = (key: string): string | undefined =>
    typeof manifest?.[key] === 'string' ? manifest[key] : undefined;
  const source = text('image') ?? text('source');
  const sha256 = record?.to.sha256 ?? text('artefact_sha256') ?? text('digest');
  return {
    ...(source === undefined ? {} : { source }),
    ...(sha256 === undefined ? {} : { sha256: sha256.replace(/^sha256:/, '') }),
  };
}

/**
 * What may go so that `keep` releases of a service remain: never what serves, stands by or is being deployed, or what a
 * link leads to; first what failed, then the oldest. Pure.
 */
export function prunable(
  releases: readonly Release[],
  installed: readonly Installed[],
  { service, keep }: { service: Release['service']; keep: number },
): string[] {
  const own = releases.filter((each) => each.service === service && each.state !== 'pruned');
  const free = own
    .filter(({ state }) => state === 'failed' || state === 'kept')
    .filter(({ name }) => installed.some((each) => each.name === name && each.links.length === 0))
    .sort((a, b) => Number(b.state === 'failed') - Number(a.state === 'failed') || a.at - b.at);
  return free.slice(0, Math.max(0, own.length - keep)).map(({ name }) => name);
}

/** Removes releases, but none that a link leads to by now. `root` is `paths.root`. */
export function pruneCommand(root: string, names: readonly string[]): Command {
  return {
    title: `remove ${names.join(', ')}`,
    timeoutSeconds: 300,
    script: sh`
      set -eu
      root=${root}
      for name in ${names}; do
      dir=$root/releases/$name
      used=
      for link in "$root"/slots/* "$root"/gateway/*; do
      [ ! -L "$link" ] || [ "$(readlink -f -- "$link")" != "$(readlink -f -- "$dir")" ] || used=1
      done
      [ -n "$used" ] || rm -rf -- "$dir"
      done`,
  };
}
