import { isIP } from 'node:net';
import type { Config } from '../../../config/schema.js';
import { ask } from '../../../host/probe.js';
import { defineCheck } from '../../check.js';
import { resolves } from '../../probes/names.js';
import { expect, whenThere, worst } from '../../verdict.js';

/** The host finds its own name and those of the services that the configuration names. */
export const names = defineCheck({
  id: 'network.names',
  group: 'network',
  severity: 'error',
  title: 'The names that the host needs resolve',
  looksAt: "the host's own name, the hosts of the models and the time servers, as getent resolves them",
  why: 'A name that does not resolve is a service that cannot be reached; without its own, sudo and logins stall.',
  probe: ({ config }) => [null, ...neededNames(config)].map((name) => ask(resolves, name)),
  judge: (answers, { config }) => {
    const all = ["the host's own name", ...neededNames(config)];
    const verdicts = all.map((name, index) =>
      whenThere(answers[index], 'getent said nothing', (found) =>
        expect(found, found ? name : `${name} does not resolve`, 'an address for each name'),
      ),
    );
    return worst(verdicts, all.join(', '));
  },
  remedy: 'Correct /etc/resolv.conf or the name server; give the own name an entry in /etc/hosts.',
  inspect: ({ config }) => ['getent ahosts "$(uname -n)"', ...neededNames(config).map(asked)].join('; '),
});

function asked(name: string): string {
  return `getent ahosts ${name}`;
}

/** Names, not addresses, that services of the host connect to; each once. */
function neededNames({ models, os }: Config): string[] {
  const hosts = Object.values(models).map(({ url }) => new URL(url).hostname.replace(/^\[|\]$/g, ''));
  return [...new Set([...hosts, ...os.ntp.servers])].filter((host) => isIP(host) === 0);
}
