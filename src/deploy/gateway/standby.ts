import type { Config, SlotName } from '../../config/schema.js';
import type { Command } from '../../host/command.js';
import { sh } from '../../host/shell.js';

/** Whose files are kept, and in which deploy's name. */
interface Kept {
  config: Pick<Config, 'paths'>;
  slot: SlotName;
  /** Of the deploy. */
  id: string;
}

function directoryOf({ config, id }: Kept): string {
  return `${config.paths.state}/deploys/${id}.standby`;
}

/**
 * Keeps the settings and links of a slot aside before another release takes it, so that a deploy that fails costs no one the
 * release that a rollback would go to. What was kept before is left as it is.
 */
export function keepStandby(kept: Kept): Command {
  const { config, slot } = kept;
  const directory = directoryOf(kept);
  const { root } = config.paths;
  return {
    title: `keep what slot ${slot} holds`,
    script: sh`
      set -eu
      umask 077
      d=${directory}
      [ ! -e "$d" ] || exit 0
      rm -rf "$d.new"
      mkdir -p "$d.new/config" "$d.new/gateway"
      find ${`${root}/config`} -maxdepth 1 -type f -name ${`gateway-${slot}-*.env`} -exec cp -a -t "$d.new/config" -- {} +
      [ ! -d ${`${root}/gateway`} ] || find ${`${root}/gateway`} -maxdepth 1 -type l -name ${`${slot}-*`} -exec cp -a -t "$d.new/gateway" -- {} +
      sync -f "$d.new"
      mv -T "$d.new" "$d"`,
  };
}

/** Puts back what was kept. Where nothing was kept nothing is done. */
export function putStandbyBack(kept: Kept): Command {
  const { config, slot } = kept;
  const { root } = config.paths;
  return {
    title: `put back what slot ${slot} held`,
    script: sh`
      set -eu
      d=${directoryOf(kept)}
      [ -d "$d" ] || exit 0
      for place in config gateway; do
      find "$d/$place" -mindepth 1 -maxdepth 1 -exec cp -a --remove-destination -t ${root}/"$place" -- {} +
      done`,
  };
}

/** Forgets what was kept. */
export function forgetStandby(kept: Kept): Command {
  return { title: `forget what slot ${kept.slot} held`, script: sh`rm -rf -- ${directoryOf(kept)}` };
}
