import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CommandContext } from '../../../src/cli/context.js';
import { takeSessionLock } from '../../../src/cli/locked.js';
import { openSession, type Session } from '../../../src/cli/session.js';
import type { HostConfig } from '../../../src/config/schema.js';
import { Gate } from '../../../src/host/gate.js';
import { Host } from '../../../src/host/host.js';
import { connectSsh } from '../../../src/host/ssh/transport.js';
import { renderState, withActiveSlots } from '../../../src/services/host-state.js';
import { testConfig } from '../../support/config.js';
import { canIsolate, sshdMissing, startSshd, type TestSshd, targetOf } from '../../support/sshd.js';

const missing =
  (await sshdMissing()) ?? ((await canIsolate()) ? undefined : 'sshd cannot have a /run of its own');
if (missing) console.warn(`skipped: ${missing}`);

describe.skipIf(missing)('a session', () => {
  let sshd: TestSshd;
  let state: string;
  let host: Host;

  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd.stop());
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'vdb-state-'));
    host = new Host(await connectSsh(targetOf(sshd.hop({ port: sshd.port }))), new Gate());
  });
  afterEach(async () => {
    await host.close();
    await rm(state, { recursive: true });
  });

  const config = () =>
    testConfig({ paths: { state }, gateway: { enabled: true, api_key: 'a-key-of-sixteen' } });
  const context = { argv: ['provision'] } as unknown as CommandContext<unknown>;
  const open = (): Promise<Session> =>
    openSession({
      ...{ config: config(), digest: '', gate: host.gate, file: 'vdb.yaml', host },
      hostConfig: config().hosts[0] as HostConfig,
    });
  /** As another run does that switches the gateway. */
  const switchTo = (slot: 'blue' | 'green') => {
    const gateway = { activeSlot: slot, standby: null };
    const there = withActiveSlots(config(), { activeSlot: 'blue', gateway });
    return writeFile(join(state, 'state.json'), renderState(there, null));
  };
  const lock = async (session: Session) => (await takeSessionLock(context, session)).release();

  it('has the slots that serve on the host in its configuration, and what the host is: in one command', async () => {
    await switchTo('green');
    const { config: effective, facts } = await open();
    expect(effective.gateway.active_slot).toBe('green');
    expect(effective.qdrant.active_slot).toBe('blue');
    expect(facts.cpus).toBeGreaterThan(0);
    expect(host.commandCount).toBe(1);
  });

  it('has the slots of the configuration where there is no state', async () => {
    expect((await open()).config).toEqual(config());
  });

  it('changes nothing by what was so before another run switched slots', async () => {
    await switchTo('blue');
    const session = await open();
    await switchTo('green');
    await expect(lock(session)).rejects.toMatchObject({ exitCode: 3, details: { code: 'state.changed' } });
    expect(host.gate.isOpen).toBe(false);
    await lock(await open());
  });

  it('goes on where the state says the same, none is there, or none can be read', async () => {
    await lock(await open());
    await switchTo('green');
    const session = await open();
    await switchTo('green');
    await lock(session);
    await writeFile(join(state, 'state.json'), 'no state');
    await lock(await open());
  });
});
