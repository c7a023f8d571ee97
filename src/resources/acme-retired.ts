import { defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { ACME_CA, CA_DROP_IN, HOOK, LINEAGE } from '../services/haproxy/acme.js';

const OURS = [
  HOOK,
  LINEAGE.renewal,
  LINEAGE.live,
  LINEAGE.archive,
  ACME_CA,
  `/etc/systemd/system/${CA_DROP_IN}`,
];

const retiredKind: ProbeKind<null, 'there'> = {
  name: 'acme-retired',
  script: () => sh`
    for path in ${OURS}; do
    if [ -e "$path" ] || [ -L "$path" ]; then echo there; exit 0; fi
    done
    echo none`,
  parse: (stdout) => {
    const said = stdout.trim();
    if (said !== 'there' && said !== 'none') throw new Error(`it says "${said}"`);
    return [known(said === 'there' ? 'there' : null)];
  },
};

/**
 * No certificate by ACME, where the edge has its certificate from elsewhere: the next renewal would take the place of
 * that one. Accounts, and what else certbot has on the host, stay.
 */
export function acmeRetired(): Resource {
  return defineResource<'there'>({
    id: 'acme-retired',
    title: 'no certificate by ACME',
    probe: ask(retiredKind, null),
    diff: (have) =>
      have === null ? null : { action: 'remove', summary: `have certbot forget ${LINEAGE.name}` },
    apply: () => [
      {
        title: `remove the certificate ${LINEAGE.name} of certbot`,
        script: sh`
          set -eu
          rm -rf -- ${OURS}
          systemctl daemon-reload`,
      },
    ],
  });
}
