import { type Command, putCommand } from '../host/command.js';
import { sh } from '../host/shell.js';
import { EDGE_CONFIGURATION } from '../services/haproxy/config.js';
import { runsAsWritten } from '../services/haproxy/switch.js';
import { restamp, stampPath } from './service-stamp.js';
import { validator } from './validators.js';

const UNIT = 'haproxy.service';

/**
 * Writes the edge's configuration after a switch of its slots. HAProxy is not reloaded where it has been told already all
 * that the new text says; where more than the slots differ, the next provisioning reloads it, as ever. Fails when the
 * running edge serves other slots than the text.
 */
export function edgeFollows(content: string): Command {
  const put = putCommand({ path: EDGE_CONFIGURATION, content, validate: validator('haproxy') });
  const record = restamp({
    unit: UNIT,
    path: EDGE_CONFIGURATION,
    agrees: runsAsWritten(EDGE_CONFIGURATION),
  });
  return {
    ...put,
    script: sh`
      beside_slots() { sed -E '/^ +server /s/ disabled( |$)/\1/' ${EDGE_CONFIGURATION}; }
      before=$(beside_slots) && sum=$(sha256sum ${EDGE_CONFIGURATION}) || exit
      ( ${put.script} ) || exit
      grep -qxF -- "$sum" ${stampPath(UNIT)} && [ "$before" = "$(beside_slots)" ] || exit 0
      ${record.script}`,
  };
}
