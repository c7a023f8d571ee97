import { type Script, sh } from '../host/shell.js';

/**
 * Programs that judge a configuration file before it replaces the old one. Each gets the temporary file as
 * `$1`. `sshd -t` needs a directory that only exists while sshd runs.
 */
const PROGRAMS = {
  visudo: { program: 'visudo', check: sh`visudo -cf "$1"` },
  haproxy: { program: 'haproxy', check: sh`haproxy -c -f "$1"` },
  nft: { program: 'nft', check: sh`nft -c -f "$1"` },
  sshd: { program: 'sshd', check: sh`mkdir -p /run/sshd && sshd -t -f "$1"` },
  promtool: { program: 'promtool', check: sh`promtool check config "$1"` },
  'promtool-rules': { program: 'promtool', check: sh`promtool check rules "$1"` },
  amtool: { program: 'amtool', check: sh`amtool check-config "$1"` },
  chrony: { program: 'chronyd', check: sh`chronyd -p -f "$1" >/dev/null` },
} as const;

export type ValidatorName = keyof typeof PROGRAMS;

/** The check of `name`, as `putCommand` wants it. A missing program fails the write: unchecked is not valid. */
export function validator(name: ValidatorName): Script {
  const { program, check } = PROGRAMS[name];
  const message = `${program} is not installed, so the file cannot be checked before it is put in place`;
  return sh`command -v ${program} >/dev/null || { echo ${message}; exit 1; }
    ${check}`;
}
