import type { Config } from '../../config/schema.js';
import type { Command } from '../../host/command.js';
import { sh } from '../../host/shell.js';
import { toPart } from './postgres.js';
import { TOOLS } from './tools.js';

export const CONFIGURATION_PART = 'configuration.tar';

/** What vdb and the operator configure on the host. Private keys are secrets whatever the configuration says. */
export function configurationPaths({ paths }: Pick<Config, 'paths'>): string[] {
  return [
    ...new Set([
      paths.root,
      paths.citadel,
      `${paths.state}/state.json`,
      '/etc/haproxy',
      '/etc/prometheus',
      '/etc/redis',
      '/etc/postgresql',
      '/etc/systemd/system',
      '/etc/sysctl.d',
      '/etc/security/limits.d',
      '/etc/modules-load.d',
      '/etc/nftables.conf',
      '/etc/nftables.d',
      '/etc/chrony',
      '/etc/cron.d',
      '/etc/fstab',
    ]),
  ];
}

/** What is large, and installed again from the configuration. */
function excludedPaths({ paths }: Pick<Config, 'paths'>): string[] {
  return ['releases', 'slots', 'vdb'].map((name) => `${paths.root}/${name}`);
}

const PRIVATE_KEY = 'PRIVATE KEY-----';

/**
 * Packs the configuration of the host, but for files that hold one of `secrets`, which come on stdin and go to grep in
 * a pipe. The archive itself is searched as well, because a file may change after it was looked through. A file that
 * vanishes meanwhile is no failure.
 */
export function configurationCommand(
  config: Pick<Config, 'paths'>,
  directory: string,
  secrets: readonly string[],
): Command {
  const patterns = [...secrets, PRIVATE_KEY].filter((text) => text !== '');
  return {
    title: 'pack the configuration, without secrets',
    timeoutSeconds: 900,
    stdin: `${patterns.join('\n')}\n`,
    script: sh`
      ${TOOLS}
      ${toPart(directory, CONFIGURATION_PART)}
      secrets=$(cat)
      known() { printf '%s\n' "$secrets"; }
      search() { local rc=0; grep -slZaF -f <(known) -- "$@" || rc=$?; [ $rc -le 1 ]; }
      search_each() { local file; for file; do search "$file" || [ ! -e "$file" ] || fail "$file cannot be read"; done; }
      there() { while IFS= read -rd '' path; do [ ! -e "$path" ] && [ ! -L "$path" ] || printf '%s\0' "$path"; done; }
      known | grep -qF -f <(known) || fail "No secret was given to look for"
      here=()
      for path in ${configurationPaths(config)}; do [ ! -e "$path" ] || here+=("$path"); done
      [ \${#here[@]} -gt 0 ] || fail "There is no configuration on this host"
      work=$(mktemp -d -- ${`${directory}/.configuration.XXXXXX`})
      from=$(instant)
      prune=(-name venv -o -name .venv -o -name __pycache__)
      for path in ${excludedPaths(config)}; do prune+=(-o -path "$path"); done
      find "\${here[@]}" '(' "\${prune[@]}" ')' -prune -o -type f -print0 | sort -z >"$work/files"
      find "\${here[@]}" '(' "\${prune[@]}" ')' -prune -o '(' -type d -o -type l ')' -print0 | sort -z >"$work/others"
      : >"$work/secret"
      mapfile -d '' -t files <"$work/files"
      for ((i = 0; i < \${#files[@]}; i += 200)); do
        search "\${files[@]:i:200}" >"$work/found" || search_each "\${files[@]:i:200}" >"$work/found"
        cat "$work/found" >>"$work/secret"
      done
      comm -z -23 "$work/files" <(sort -z "$work/secret") | cat - "$work/others" | sort -z >"$work/wanted"
      for attempt in 1 2 3; do
        there <"$work/wanted" >"$work/taken"
        rc=0
        tar --create --file "$part" --format=pax --directory / --no-recursion --null --files-from="$work/taken" || rc=$?
        [ $rc -gt 1 ] || break
      done
      [ $rc -le 1 ] || exit $rc
      until=$(instant)
      found=$(search "$part" | tr -d '\0')
      [ -z "$found" ] || fail "A file came to hold a secret while it was packed"
      say "left_out $(base64 -w 0 <"$work/secret")"
      rm -rf -- "$work"
      seal "$part"
      sealed=yes
      tell_part "$from" "$until"`,
  };
}

/** The files that hold secrets. Throws where the host did not say. Pure. */
export function readLeftOut(stdout: string): string[] {
  const [, base64] = /^left_out (\S*)$/m.exec(stdout) ?? [];
  if (base64 === undefined) throw new Error('the host did not say what it left out');
  return Buffer.from(base64, 'base64').toString('utf8').split('\0').filter(Boolean).sort();
}
