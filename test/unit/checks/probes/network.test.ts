import { describe, expect, it } from 'vitest';
import { firewall } from '../../../../src/checks/probes/firewall.js';
import { resolves } from '../../../../src/checks/probes/names.js';
import { activeTimers } from '../../../../src/checks/probes/timers.js';
import { ask, observe } from '../../../../src/host/probe.js';
import { localHost } from '../local-host.js';

const RULES = `table inet vdb {
	set edge_v4 {
		type ipv4_addr
		flags interval
	}

	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif "lo" accept
	}
}
`;

describe('firewall', () => {
  function parsed(text: string) {
    return firewall.parse(`tables\n${text}`, [null])[0];
  }

  it.each([
    [RULES, { table: true, chain: 'drop', dormant: false, open: false }],
    ['', { table: false, chain: null, dormant: false, open: false }],
    [RULES.replace('policy drop', 'policy accept'), { chain: 'accept' }],
    [RULES.replace(' policy drop;', ''), { chain: 'accept' }],
    [RULES.replace('hook input', 'hook output'), { table: true, chain: null }],
    [RULES.replace('{\n', '{\n\tflags dormant\n\n'), { dormant: true }],
    [RULES.replace('\t\tiif "lo" accept', '\t\tcounter packets 3 bytes 180 accept'), { open: true }],
    [RULES.replace('\t\tiif', '\t\taccept\n\t\tiif'), { open: true }],
  ])('reads %j', (text, value) => {
    expect(parsed(text)).toMatchObject({ status: 'known', value });
  });

  it('knows that nftables is missing, and reads nothing into silence', () => {
    expect(firewall.parse('missing\n', [null])).toEqual([{ status: 'known', value: null }]);
    expect(() => firewall.parse('', [null])).toThrow();
  });
});

describe('resolves', () => {
  it('finds localhost, whatever else is asked at the same time', async () => {
    const names = ["it's; no name", 'localhost', null];
    const answers = await observe(
      localHost(),
      names.map((name) => ask(resolves, name)),
    );
    expect(answers[0]?.status === 'known' && answers[0].value).toBe(false);
    expect(answers[1]).toEqual({ status: 'known', value: true });
  });

  it('tells a name that does not exist from a server that is silent', () => {
    expect(resolves.parse('2 124\n1 2\n0 0\n', ['a', 'b', null, 'd'])).toEqual([
      { status: 'known', value: true },
      { status: 'known', value: false },
      { status: 'unknown', why: 'its own name: no answer within 10 s' },
      { status: 'unknown', why: 'd: getent ended with nothing' },
    ]);
  });
});

describe('activeTimers', () => {
  it('reads names, and no list of another kind', () => {
    const stdout =
      'certbot.timer loaded active waiting Run certbot\nfstrim.timer loaded active waiting\nend\n';
    expect(activeTimers.parse(stdout, [null])).toEqual([
      { status: 'known', value: ['certbot.timer', 'fstrim.timer'] },
    ]);
    expect(activeTimers.parse('end\n', [null])).toEqual([{ status: 'known', value: [] }]);
    expect(() => activeTimers.parse('', [null])).toThrow();
    expect(() => activeTimers.parse('System has not been booted\nend\n', [null])).toThrow();
  });
});
