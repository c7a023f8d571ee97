import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Host } from '../../../src/host/host.js';
import { sh } from '../../../src/host/shell.js';
import { aptTransaction } from '../../../src/resources/apt.js';
import { nftRuleset, renderRuleset } from '../../../src/resources/nftables.js';
import { converge, NO_CONTAINER, rootHost } from '../../support/root-host.js';

const content = renderRuleset({
  sshPorts: [22],
  sshFrom: ['0.0.0.0/0', '::/0'],
  edgePorts: [8000, 6333],
  allow: ['192.0.2.0/24', '192.0.2.128/25', '2001:db8::/32'],
});

describe.skipIf(NO_CONTAINER)(`the firewall on a real host ${NO_CONTAINER ?? ''}`, () => {
  let host: Host;
  beforeAll(async () => {
    host = await rootHost();
    await host.run(aptTransaction(['nftables']));
    await host.run({
      title: 'another table',
      script: sh`nft add table inet others; nft delete table inet vdb 2>/dev/null; true`,
    });
  });
  afterAll(async () => {
    await host.run({
      title: 'clean',
      script: sh`nft delete table inet others; nft delete table inet vdb; rm -f /etc/nftables.conf`,
    });
  });

  test('it is written and loaded, and tables of others stay', async () => {
    const { before, after } = await converge(host, nftRuleset({ content }));
    expect(before?.content?.after).toBe(content);
    expect(after).toBeNull();
    expect((await host.read(sh`nft list tables`)).stdout).toContain('table inet others');
  });

  test('a rule that somebody added while it runs is seen and taken back', async () => {
    await host.run({ title: 'open a port', script: sh`nft add rule inet vdb input tcp dport 5432 accept` });
    expect(await converge(host, nftRuleset({ content }))).toMatchObject({
      before: { summary: 'running rules different, want as in /etc/nftables.conf' },
      after: null,
    });
  });

  test('a ruleset that was flushed is loaded again', async () => {
    await host.run({ title: 'flush', script: sh`nft delete table inet vdb` });
    expect((await converge(host, nftRuleset({ content }))).after).toBeNull();
  });

  test('a ruleset that nft refuses does not replace the one that runs', async () => {
    const broken = nftRuleset({ content: content.replace('policy drop', 'policy perhaps') });
    await expect(converge(host, broken)).rejects.toThrow('exit code 65');
    expect((await converge(host, nftRuleset({ content }))).before).toBeNull();
  });
});
