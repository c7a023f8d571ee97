import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { putCommand } from '../host/command.js';
import { ask, known, type ProbeKind, pending } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { summarise } from './ownership.js';
import { validator } from './validators.js';

export { type RulesetOptions, renderRuleset } from './nftables-ruleset.js';

interface RulesetState {
  /** Of /etc/nftables.conf; null when there is none. */
  content: string | null;
  /** What the kernel runs against what that file would load. */
  running: 'same' | 'different' | 'absent';
}

const PATH = '/etc/nftables.conf';

export interface RulesetResource {
  /** Replaces the table `inet vdb` and no other: the tables of container engines and of fail2ban stay. */
  content: string;
  /** Why these rules must not be loaded, with the way out. */
  refused?: Change['refused'];
}

/** The firewall in /etc/nftables.conf, as it runs. */
export function nftRuleset({ content, refused }: RulesetResource): Resource {
  if (!content.includes('table inet vdb {')) throw new Error('the ruleset defines no table inet vdb');
  if (/^\s*flush ruleset/m.test(content)) throw new Error("the ruleset would flush others' tables");
  return defineResource<RulesetState>({
    id: `file:${PATH}`,
    title: 'firewall',
    probe: ask(rulesetKind, null),
    diff: (have) => {
      const change = rulesetDiff(content, have);
      return change === null || refused === undefined ? change : { ...change, refused };
    },
    apply: () => [
      putCommand({ path: PATH, content, mode: '0755', validate: validator('nft') }),
      { title: 'load the firewall', script: sh`nft -f ${PATH}` },
    ],
    explain: ({ stderr }) =>
      /Operation not permitted|Could not process rule/.test(stderr)
        ? {
            meaning: 'The kernel refuses the rules.',
            next: 'Check that it has nf_tables: modprobe nf_tables',
          }
        : null,
  });
}

/**
 * The file is loaded into an empty network namespace that ends with the look, and listed there: so a
 * ruleset that somebody edited while it runs shows, without any record of what was loaded when.
 */
const rulesetKind: ProbeKind<null, RulesetState> = {
  name: 'nftables',
  script: () => sh`
    command -v nft >/dev/null || { echo 'missing'; exit 0; }
    [ -e ${PATH} ] && { printf 'content '; base64 -w0 ${PATH}; echo; }
    tables=$(nft list tables) || exit 1
    case $tables in *'table inet vdb'*) ;; *) echo 'running absent'; exit 0 ;; esac
    [ -e ${PATH} ] || { echo 'running different'; exit 0; }
    want=$(unshare -n sh -c ${`
      nft -c -f ${PATH} 2>/dev/null || { echo invalid; exit 0; }
      nft -f ${PATH} && { nft -s list table inet vdb 2>/dev/null || echo other; }`}) || exit 1
    have=$(nft -s list table inet vdb) || exit 1
    if [ "$want" = "$have" ]; then echo 'running same'; else echo 'running different'; fi`,
  parse: (stdout, args) => {
    if (stdout.startsWith('missing'))
      return args.map(() => pending<RulesetState>('nftables is not installed yet'));
    const running = /^running (same|different|absent)$/m.exec(stdout)?.[1] as
      | RulesetState['running']
      | undefined;
    if (running === undefined) throw new Error('nft did not list its tables');
    const encoded = /^content (\S*)$/m.exec(stdout)?.[1];
    const content = encoded === undefined ? null : Buffer.from(encoded, 'base64').toString('utf8');
    return args.map(() => known({ content, running }));
  },
};

function rulesetDiff(content: string, have: RulesetState | null): Change | null {
  const before = have?.content ?? null;
  const fields: FieldChange[] = [];
  if (before !== content)
    fields.push({ field: PATH, have: before === null ? 'not there' : 'other rules', want: 'ours' });
  if (have?.running !== 'same') {
    fields.push({ field: 'running rules', have: have?.running ?? 'absent', want: `as in ${PATH}` });
  }
  if (fields.length === 0) return null;
  const shown = before === content ? {} : { content: { before, after: content, secret: false } };
  return { action: before === null ? 'create' : 'update', summary: summarise(fields), fields, ...shown };
}
