import type { Config, SlotName } from '../config/schema.js';
import type { Command } from '../host/command.js';
import { type Script, sh } from '../host/shell.js';
import type { ServiceName } from './record.js';

/** Whose files are kept, and in which deploy's name. */
interface Kept {
  config: Pick<Config, 'paths'>;
  service: ServiceName;
  slot: SlotName;
  /** Of the deploy. */
  id: string;
}

function directoryOf({ config, id }: Kept): string {
  return `${config.paths.state}/deploys/${id}.standby`;
}

/** Names, as `find` takes them, of a slot's settings in `config`, and of its links to releases in `place`. */
function namesOf({ service, slot }: Kept): { settings: string; place: string; links: string } {
  if (service === 'gateway')
    return { settings: `gateway-${slot}-*.env`, place: 'gateway', links: `${slot}-*` };
  return { settings: `qdrant-${slot}.*`, place: 'slots', links: slot };
}

/**
 * Keeps the settings and links of a slot aside before another release takes it, so that a deploy that fails costs no one the
 * release that a rollback would go to. What was kept before is left as it is.
 */
export function keepStandby(kept: Kept): Command {
  const { settings, place, links } = namesOf(kept);
  const { root } = kept.config.paths;
  const found = (directory: string, type: 'f' | 'l', name: string, to: string): Script =>
    sh`[ ! -d ${`${root}/${directory}`} ] || find ${`${root}/${directory}`} -maxdepth 1 -type ${type} -name ${name} -exec cp -a -t "$d.new"/${to} -- {} +`;
  return {
    title: `keep what slot ${kept.slot} holds`,
    script: sh`
      set -eu
      umask 077
      d=${directoryOf(kept)}
      [ ! -e "$d" ] || exit 0
      rm -rf "$d.new"
      mkdir -p "$d.new/config" "$d.new"/${place}
      ${found('config', 'f', settings, 'config')}
      ${found(place, 'l', links, place)}
      sync -f "$d.new"
      mv -T "$d.new" "$d"`,
  };
}

/** Puts back what was kept, in the place of what is there. Where nothing was kept nothing is done. */
export function putStandbyBack(kept: Kept): Command {
  const { settings, place, links } = namesOf(kept);
  const { root } = kept.config.paths;
  return {
    title: `put back what slot ${kept.slot} held`,
    script: sh`
      set -eu
      d=${directoryOf(kept)}
      [ -d "$d" ] || exit 0
      find ${`${root}/config`} -maxdepth 1 -type f -name ${settings} -delete
      [ ! -d ${`${root}/${place}`} ] || find ${`${root}/${place}`} -maxdepth 1 -type l -name ${links} -delete
      for place in config ${place}; do
      find "$d/$place" -mindepth 1 -maxdepth 1 -exec cp -a --remove-destination -t ${root}/"$place" -- {} +
      done`,
  };
}

/** Forgets what was kept. */
export function forgetStandby(kept: Kept): Command {
  return { title: `forget what slot ${kept.slot} held`, script: sh`rm -rf -- ${directoryOf(kept)}` };
}
