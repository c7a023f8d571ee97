import { known, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** The firewall as the kernel runs it. */
export interface Firewall {
  /** Whether there is our table. */
  table: boolean;
  /** What its input chain does with the rest; null when no chain of it sees what comes in. */
  chain: 'drop' | 'accept' | null;
  /** Whether the table is switched off. */
  dormant: boolean;
  /** Whether a rule without a condition accepts whatever comes. */
  open: boolean;
}

/** Our table. The value is null when nftables is not installed. */
export const firewall: ProbeKind<null, Firewall> = {
  name: 'firewall',
  script: () => sh`
    command -v nft >/dev/null || { echo missing; exit 0; }
    tables=$(nft list tables) || exit 1
    echo tables
    case $tables in *'table inet vdb'*) nft list table inet vdb ;; esac`,
  parse: (stdout) => {
    const [head = '', ...lines] = stdout.split('\n');
    if (head === 'missing') return [known<Firewall>(null)];
    if (head !== 'tables') throw new Error('nft did not list its tables');
    return [known(parseTable(lines.join('\n')))];
  },
};

function parseTable(text: string): Firewall {
  const table = /^table inet vdb \{/m.test(text);
  const body = /type filter hook input [^\n]*\n([\s\S]*?)\n\t\}/.exec(text);
  const policy = /type filter hook input [^;\n]*;(?: policy (drop|accept);)?/.exec(text);
  const chain = policy === null ? null : ((policy[1] ?? 'accept') as 'drop' | 'accept');
  const open = /^\s*(counter packets \d+ bytes \d+ )?accept$/m.test(body?.[1] ?? '');
  return { table, chain, dormant: /^\s*flags [^\n]*dormant/m.test(text), open };
}
