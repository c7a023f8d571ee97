export interface RulesetOptions {
  /** TCP ports that SSH uses on the host. */
  sshPorts: readonly number[];
  /** Networks that may use SSH, IPv4 and IPv6. Empty: all, so that nobody locks the operator out. */
  sshFrom: readonly string[];
  /** TCP ports of the edge. */
  edgePorts: readonly number[];
  /** Networks that may use the edge. Empty: none. */
  allow: readonly string[];
  /** TCP ports that everybody may use. */
  openPorts?: readonly number[];
}

/** /etc/nftables.conf: everything from outside is dropped but SSH, ICMP and the edge. */
export function renderRuleset(options: RulesetOptions): string {
  const { sshPorts, sshFrom, edgePorts, allow, openPorts = [] } = options;
  const ssh = sshFrom.length === 0 ? ['0.0.0.0/0', '::/0'] : sshFrom;
  const edge = edgePorts.length === 0 ? [] : acceptFrom('edge', allow, [...new Set(edgePorts)]);
  const rules = [
    'ct state established,related accept',
    'ct state invalid drop',
    'iif "lo" accept',
    'meta l4proto { icmp, ipv6-icmp } accept',
    'ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept',
    ...acceptFrom('ssh', ssh, sshPorts),
    ...edge,
    ...openPorts.map((port) => `tcp dport ${port} accept`),
  ];
  return `#!/usr/sbin/nft -f
# Written by vdb. Replaces the table "inet vdb" in one transaction; other tables are left alone.
table inet vdb
delete table inet vdb
table inet vdb {
${[...setsOf('ssh', ssh), ...setsOf('edge', edge.length === 0 ? [] : allow)].join('')}	chain input {
		type filter hook input priority filter; policy drop;
${rules.map((rule) => `\t\t${rule}\n`).join('')}	}
}
`;
}

interface Family {
  name: 'ip' | 'ip6';
  type: string;
  set: string;
  networks: string[];
  /** One of the networks is the whole address space. */
  everywhere: boolean;
}

function familiesOf(name: string, networks: readonly string[]): Family[] {
  const six = networks.filter((network) => network.includes(':'));
  const four = networks.filter((network) => !network.includes(':'));
  return [
    {
      name: 'ip' as const,
      type: 'ipv4_addr',
      set: `${name}_v4`,
      networks: four,
      everywhere: four.some(isAll),
    },
    {
      name: 'ip6' as const,
      type: 'ipv6_addr',
      set: `${name}_v6`,
      networks: six,
      everywhere: six.some(isAll),
    },
  ].filter((family) => family.networks.length > 0);
}

function isAll(network: string): boolean {
  return network.endsWith('/0');
}

/** Named sets, because networks of a set may overlap only there (`auto-merge`). */
function setsOf(name: string, networks: readonly string[]): string[] {
  return familiesOf(name, networks)
    .filter(({ everywhere }) => !everywhere)
    .map(
      ({ set, type, networks: elements }) => `	set ${set} {
		type ${type}
		flags interval
		auto-merge
		elements = { ${elements.join(', ')} }
	}
`,
    );
}

function acceptFrom(name: string, networks: readonly string[], ports: readonly number[]): string[] {
  if (ports.length === 0) return [];
  const dport = ports.length === 1 ? `${ports[0]}` : `{ ${[...ports].sort((a, b) => a - b).join(', ')} }`;
  return familiesOf(name, networks).map((family) => {
    const from = family.everywhere
      ? `meta nfproto ${family.name === 'ip' ? 'ipv4' : 'ipv6'}`
      : `${family.name} saddr @${family.set}`;
    return `${from} tcp dport ${dport} accept`;
  });
}
