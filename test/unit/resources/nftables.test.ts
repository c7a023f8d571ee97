import { describe, expect, test } from 'vitest';
import { nftRuleset, renderRuleset } from '../../../src/resources/nftables.js';
import { runWith } from '../../support/programs.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';

const OPTIONS = {
  sshPorts: [22],
  sshFrom: ['0.0.0.0/0', '::/0'],
  edgePorts: [8000, 6333],
  allow: ['192.0.2.0/24'],
};

describe('renderRuleset', () => {
  test('drops what it does not name and replaces its own table only', () => {
    const text = renderRuleset(OPTIONS);
    expect(text).toContain('policy drop;');
    expect(text).toContain('table inet vdb\ndelete table inet vdb\ntable inet vdb {');
    expect(text).not.toContain('flush ruleset');
  });

  test.each<[Partial<typeof OPTIONS>, string[], string[]]>([
    [{}, ['meta nfproto ipv4 tcp dport 22 accept', 'meta nfproto ipv6 tcp dport 22 accept'], ['ssh_v4']],
    [{}, ['ip saddr @edge_v4 tcp dport { 6333, 8000 } accept'], ['edge_v6']],
    [{ sshFrom: [] }, ['meta nfproto ipv4 tcp dport 22 accept'], []],
    [
      { sshFrom: ['192.0.2.1', '2001:db8::/32'], sshPorts: [2222] },
      ['ip saddr @ssh_v4 tcp dport 2222', 'ip6 saddr @ssh_v6'],
      ['nfproto'],
    ],
    [{ allow: [] }, [], ['8000', 'edge_v4']],
    [{ sshPorts: [22, 2222] }, ['meta nfproto ipv4 tcp dport { 22, 2222 } accept'], []],
    [{ edgePorts: [] }, [], ['edge_v4', '192.0.2']],
  ])('with %o', (options, present, absent) => {
    const text = renderRuleset({ ...OPTIONS, ...options });
    for (const part of present) expect(text).toContain(part);
    for (const part of absent) expect(text).not.toContain(part);
  });

  test('lets everybody in at ports that are open, and at no other', () => {
    const text = renderRuleset({ ...OPTIONS, openPorts: [80] });
    expect(text.split('\n').filter((line) => /^\t\ttcp dport/.test(line))).toEqual([
      '\t\ttcp dport 80 accept',
    ]);
    expect(renderRuleset(OPTIONS)).not.toMatch(/^\t\ttcp dport/m);
  });
});

describe('nftRuleset', () => {
  const content = renderRuleset(OPTIONS);
  const wanted = nftRuleset({ content });
  const file = (text: string) => `content ${Buffer.from(text).toString('base64')}\n`;

  test.each([
    ['the same', `${file(content)}running same\n`, null],
    [
      'edited while it runs',
      `${file(content)}running different\n`,
      'running rules different, want as in /etc/nftables.conf',
    ],
    ['flushed', `${file(content)}running absent\n`, 'running rules absent, want as in /etc/nftables.conf'],
    ['another file', `${file('x')}running same\n`, '/etc/nftables.conf other rules, want ours'],
  ])('finds %s', (_, stdout, summary) => {
    expect(summaryOf(wanted, stdout)).toBe(summary);
  });

  test('waits for nftables', () => {
    expect(answer(wanted, 'missing\n').status).toBe('pending');
  });

  test.each([
    ['unshare: Operation not permitted', 'echo $0 >&2; exit 1', 'exit 0', null],
    ['a file that nft does not take', 'shift; exec "$@"', '[ "$1" != -c ]', 'different'],
  ])('looks with %s', async (_, unshare, nft, running) => {
    const listing = 'case "$*" in "list tables"|*"list table inet vdb") echo table inet vdb; exit ;; esac';
    const look = scriptOf(wanted).replaceAll('/etc/nftables.conf', '/etc/hostname');
    const looked = runWith({ unshare, nft: `${listing}\n${nft}` }, look);
    if (running === null) await expect(looked).rejects.toThrow();
    else expect(await looked).toContain(`running ${running}`);
  });

  test('loads after the check', () => {
    const [write, load] = commandsFor(wanted, null);
    expect(write).toContain('nft -c -f "$1"');
    expect(load).toBe('nft -f /etc/nftables.conf');
  });

  test('says why it must not be loaded, while it differs', () => {
    const refused = { why: 'the port of SSH is not known', next: 'Find it out.' };
    const locked = nftRuleset({ content, refused });
    expect(locked.diff(null)).toMatchObject({ refused });
    expect(summaryOf(locked, `${file(content)}running same\n`)).toBeNull();
  });

  test("refuses rules that would take others' tables away", () => {
    expect(() => nftRuleset({ content: `flush ruleset\n${content}` })).toThrow("flush others' tables");
    expect(() => nftRuleset({ content: 'table inet filter {}' })).toThrow('no table inet vdb');
  });
});
