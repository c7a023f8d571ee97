import { ask, known } from '../../../host/probe.js';
import { fingerprint, keyType } from '../../../host/ssh/known-hosts.js';
import { defineCheck, type Verdict } from '../../check.js';
import { hostKeys } from '../../probes/host-keys.js';
import { expect, fail, whenThere } from '../../verdict.js';

/** Who answered SSH holds a key that is on the host's disk. The observations: the keys on disk, the accepted one. */
export const hostKey = defineCheck<string[]>({
  id: 'access.host-key',
  group: 'access',
  severity: 'critical',
  title: "SSH reached the host by the host's own key",
  looksAt: 'the key that SSH accepted at this connection, and the private keys in /etc/ssh',
  why: 'Another key means a machine in between, or keys that were replaced: then nobody can connect after the next restart of sshd.',
  skip: ({ hostConfig }) =>
    hostConfig.connection === 'local' ? 'connection is local: there is no key' : undefined,
  probe: () => ask(hostKeys, null),
  look: async ({ host }) => {
    const { reach } = host;
    if (reach === undefined) return { status: 'unknown', why: 'SSH does not tell the key that it accepted' };
    return known([`${keyType(reach.hostKey)} ${reach.hostKey.toString('base64')}`]);
  },
  judge: ([onDisk, accepted]) =>
    whenThere(onDisk, 'the keys could not be listed', (own) =>
      whenThere(accepted, 'SSH does not tell the key that it accepted', ([shown = '']) =>
        compare(own, shown),
      ),
    ),
  remedy:
    'Compare the fingerprints at the console of the host. If its keys were replaced on purpose, restart sshd and correct known_hosts; else treat the way there as hostile.',
  inspect: () => 'for key in /etc/ssh/ssh_host_*_key; do ssh-keygen -lf "$key"; done',
});

function compare(own: readonly string[], shown: string): Verdict {
  if (own.length === 0) return fail('there is no key in /etc/ssh', 'the key that SSH accepted');
  return expect(own.includes(shown), printed(shown), own.map(printed).join(', '));
}

function printed(key: string): string {
  const [type = '', encoded = ''] = key.split(' ');
  return `${type} ${fingerprint(Buffer.from(encoded, 'base64'))}`;
}
