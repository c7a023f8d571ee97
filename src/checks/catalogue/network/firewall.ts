import { ask } from '../../../host/probe.js';
import { defineCheck, type Verdict } from '../../check.js';
import { type Firewall, firewall as running } from '../../probes/firewall.js';
import { expect, fail, whenKnown } from '../../verdict.js';

const EXPECTED = 'table inet vdb with an input chain that drops by default';

/** The kernel drops what comes in unless a rule of ours lets it. */
export const firewall = defineCheck<Firewall>({
  id: 'network.firewall',
  group: 'network',
  severity: 'error',
  title: 'The firewall drops what it does not know',
  looksAt: 'the ruleset that the kernel runs',
  why: 'Without it every service that binds the wrong address is reachable at once.',
  skip: ({ config }) => (config.security.firewall.enabled ? undefined : 'security.firewall.enabled is false'),
  probe: () => ask(running, null),
  judge: ([state]) =>
    whenKnown(state, (value) =>
      value === null ? fail('nftables is not installed', EXPECTED) : judge(value),
    ),
  remedy: 'Load the rules again; find out who removed them, often another firewall tool.',
  inspect: () => 'nft list table inet vdb',
  fix: '0.2',
});

function judge({ table, chain, dormant, open }: Firewall): Verdict {
  if (!table) return fail('there is no table inet vdb', EXPECTED);
  if (chain === null) return fail('the table has no chain that sees what comes in', EXPECTED);
  if (dormant) return fail('the table is dormant', EXPECTED);
  if (open) return fail('a rule accepts everything', EXPECTED);
  return expect(chain === 'drop', `policy ${chain}`, EXPECTED);
}
