import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Document } from 'yaml';
import type { LabHost } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { type CheckEvent, DEPLOYMENT, expectFound, resultsOf } from './breakage.js';
import { type Outside, outsideMissing, plugIn } from './outside.js';

/** Something that listens and that nobody planned. */
function listen(unit: string, at: string): string {
  return `systemd-run --quiet --unit=${unit} systemd-socket-activate --accept -l ${at} cat
    for _ in $(seq 50); do ss -Hltn | grep -q ${at} && exit 0; sleep 0.1; done; exit 1`;
}

const FILES_ONLY = `cp -a /etc/nsswitch.conf /etc/nsswitch.before
  sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf`;
const AS_BEFORE = 'mv /etc/nsswitch.before /etc/nsswitch.conf';

onSharedHost('breaking the network', (host) => {
  test('a socket that nobody planned', () =>
    expectFound(host(), {
      id: 'network.listeners',
      seen: /^0\.0\.0\.0:4444 is not planned$/,
      break: listen('e2e-stray', '0.0.0.0:4444'),
      mend: 'systemctl stop e2e-stray',
    }));

  test('a service that does not listen', () =>
    expectFound(host(), {
      id: 'network.listeners',
      seen: /^nothing listens on 6379 \(Redis\)$/,
      relatives: [DEPLOYMENT, /^redis\./, /^gateway\./, 'drift'],
      break: 'systemctl stop redis-server',
      mend: 'systemctl start redis-server',
    }));

  test('the table of the firewall is gone', () =>
    expectFound(host(), {
      id: 'network.firewall',
      seen: /there is no table inet vdb/,
      relatives: ['drift'],
      break: 'nft delete table inet vdb',
    }));

  test('the firewall lets through what no rule knows', () =>
    expectFound(host(), {
      id: 'network.firewall',
      seen: /policy accept/,
      relatives: ['drift'],
      break: "nft 'chain inet vdb input { policy accept; }'",
    }));

  test('few connections may wait', () =>
    expectFound(host(), {
      id: 'network.somaxconn',
      status: 'warn',
      seen: /^128$/,
      relatives: ['drift'],
      break: 'sysctl -qw net.core.somaxconn=128',
    }));

  test("the host's own name does not resolve", () =>
    expectFound(host(), {
      id: 'network.names',
      seen: /^the host's own name does not resolve$/,
      break: `${FILES_ONLY}; hostname e2e-lost`,
      mend: `${AS_BEFORE}; hostname ${host().name}`,
    }));

  test('the name of an embedding service does not resolve', () =>
    expectFound(host(), {
      id: 'network.names',
      seen: /^embedding\.example does not resolve$/,
      relatives: [/^models\./],
      break: FILES_ONLY,
      configure: (document) => withModel(document, 'http://embedding.example:8080/embed'),
      mend: AS_BEFORE,
    }));

  test('the table of connections is nearly full (by a number in place of the kernel’s)', () =>
    expectFound(host(), {
      id: 'network.conntrack',
      seen: /^250000 of \d+ \(\d\d %\)$/,
      break: `echo 250000 >/run/e2e-tracked
        mount --bind /run/e2e-tracked /proc/sys/net/netfilter/nf_conntrack_count`,
      mend: 'umount /proc/sys/net/netfilter/nf_conntrack_count; rm /run/e2e-tracked',
    }));

  describe.skipIf(outsideMissing())('seen from outside', () => {
    let outside: Outside;

    beforeAll(async () => {
      outside = await plugIn(host());
    });
    afterAll(() => outside.remove());

    test('a port is found only when it is open through the firewall too', async () => {
      expect(await closed(host(), outside)).toMatchObject({
        status: 'pass',
        seen: expect.stringMatching(`^\\d+ ports closed at ${outside.address}, from here$`),
      });
      await host().inside(listen('e2e-open', '0.0.0.0:6343'));
      try {
        expect(await closed(host(), outside)).toMatchObject({ status: 'pass' });
        await expectFound(host(), {
          id: 'network.closed',
          seen: new RegExp(`^6343 open at ${outside.address}, from here$`),
          relatives: ['network.listeners', 'drift'],
          configure: outside.configure,
          break: 'nft insert rule inet vdb input tcp dport 6343 accept',
          mend: 'nft -f /etc/nftables.conf',
        });
        await host().inside('nft insert rule inet vdb input tcp dport 6343 accept');
        const fixed = await vdbWith(host(), outside.configure, 'check network.closed --fix --json');
        expect(resultsOf(fixed).get('network.closed')).toMatchObject({ status: 'pass' });
      } finally {
        await host().inside('systemctl stop e2e-open');
      }
      expect(await closed(host(), outside)).toMatchObject({ status: 'pass' });
    });

    test('a firewall that is gone does not open what listens on loopback', async () => {
      await host().inside('nft delete table inet vdb');
      try {
        expect(await closed(host(), outside)).toMatchObject({ status: 'pass' });
      } finally {
        await host().inside('nft -f /etc/nftables.conf');
      }
    });

    test('a host behind the published port of its container is skipped, with the reason', async () => {
      const results = resultsOf(await host().vdb('check network.closed --json'));
      expect(results.get('network.closed')).toMatchObject({
        status: 'skip',
        seen: expect.stringContaining('127.0.0.1'),
      });
    });
  });
});

async function closed(host: LabHost, outside: Outside): Promise<CheckEvent | undefined> {
  const ended = await vdbWith(host, outside.configure, 'check network.closed --json');
  return resultsOf(ended).get('network.closed');
}

function withModel(document: Document, url: string): void {
  const collections = document.toJS().collections as Record<string, unknown>;
  document.setIn(['models'], { e2e: { url, collection: Object.keys(collections)[0] } });
}
