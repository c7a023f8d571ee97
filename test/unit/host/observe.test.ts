import { describe, expect, it } from 'vitest';
import { Gate } from '../../../src/host/gate.js';
import { Host } from '../../../src/host/host.js';
import { ask, known, observe, type ProbeKind } from '../../../src/host/probe.js';
import { type Script, sh } from '../../../src/host/shell.js';
import { TimeoutError, type Transport } from '../../../src/host/transport.js';
import { localHost } from '../checks/local-host.js';

function saying(name: string, script: Script, timeoutSeconds = 20): ProbeKind<string, string> {
  return {
    name,
    timeoutSeconds,
    script: () => script,
    parse: (stdout, words) => words.map(() => known(stdout.trim())),
  };
}

const quick = saying('quick', sh`echo here`);

describe('observe', () => {
  it('asks equal questions once and gives every asker its answer', async () => {
    const counted: ProbeKind<string, string> = {
      name: 'counted',
      script: (words) => sh`printf '%s\n' ${words}`,
      parse: (stdout, words) => words.map((_, i) => known(`${stdout.split('\n')[i]} of ${words.length}`)),
    };
    const seen = await observe(localHost(), [ask(counted, 'a'), ask(counted, 'b'), ask(counted, 'a')]);
    expect(seen).toEqual([known('a of 2'), known('b of 2'), known('a of 2')]);
  });

  it('takes a fragment that hangs for unknown, and no other', async () => {
    const hangs = saying('hangs', sh`sleep 60`, 1);
    const [slow, fast] = await observe(localHost(), [ask(hangs, 'x'), ask(quick, 'x')]);
    expect(slow).toEqual({ status: 'unknown', why: 'hangs: no answer within 1 s' });
    expect(fast).toEqual(known('here'));
  });

  it('does not wait for what a fragment leaves behind that its time limit cannot reach', async () => {
    const escapes = saying('escapes', sh`setsid sleep 300 & echo started; sleep 60`, 1);
    const [slow, fast] = await observe(localHost(), [ask(escapes, 'x'), ask(quick, 'x')]);
    expect(slow?.status).toBe('unknown');
    expect(fast).toEqual(known('here'));
  }, 30_000);

  it('takes everything for unknown on a host on which time limits do not hold, and ends by itself', async () => {
    const refused = (): Promise<never> => Promise.reject(new Error('not in this test'));
    const transport: Transport = {
      ...{ target: 'one', open: refused, forward: refused, close: async () => {} },
      reach: undefined as never,
      exec: () => Promise.reject(new TimeoutError('one', 35_000)),
    };
    const [seen] = await observe(new Host(transport, new Gate()), [ask(quick, 'x')]);
    expect(seen).toEqual({ status: 'unknown', why: 'quick: the host did not answer' });
  });
});
