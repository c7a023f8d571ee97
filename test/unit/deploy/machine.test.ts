import { describe, expect, test } from 'vitest';
import { abort, type DeployEvent, drive, type Phase, Stopped } from '../../../src/deploy/machine.js';
import { type DeployRecord, hasSwitched, type PhaseName, phasesOf } from '../../../src/deploy/record.js';
import { EXIT, VdbError } from '../../../src/errors.js';

const PHASES = phasesOf('qdrant', 'deploy');

function record(change: Partial<DeployRecord> = {}): DeployRecord {
  return {
    ...{ schema: 'vdb.deploy/1', id: '20300101T000000Z', kind: 'deploy', service: 'gateway' },
    from: { slot: 'blue', release: 'old' },
    to: { slot: 'green', release: 'new', sha256: 'f'.repeat(64) },
    ...{
      standby: null,
      configuration: 'c',
      by: 'me@here',
      command: 'vdb deploy',
      vdb: '1',
      state: 'running',
    },
    started: '2030-01-01T00:00:00.000Z',
    phases: PHASES.map((name) => ({ name, status: 'pending' as const })),
    ...change,
  };
}

/** A rollout that does nothing but tell what was asked of it; `act` may throw. */
function rollout(act: (name: PhaseName) => void = () => {}) {
  const said: string[] = [];
  const saved: DeployRecord[] = [];
  const events: DeployEvent[] = [];
  const phases: Phase[] = PHASES.map((name) => ({
    name,
    title: name,
    run: async () => {
      said.push(name);
      act(name);
      return { note: `${name} is done`, numbers: { one: 1 } };
    },
  }));
  const withdraw = async (): Promise<void> => {
    said.push('withdraw');
  };
  const options = {
    save: async (value: DeployRecord) => {
      saved.push(value);
    },
    stop: new AbortController().signal,
    onEvent: (event: DeployEvent) => events.push(event),
  };
  return { said, saved, events, rollout: { phases, withdraw }, options };
}

const failingIn = (phase: PhaseName) => (name: PhaseName) => {
  if (name === phase) throw new Error(`no ${name}`);
};

const lost = new VdbError('gone', { code: 'host.lost', exitCode: EXIT.unreachable });

describe('a deploy', () => {
  test('runs its phases in order, and is recorded before and after each', async () => {
    const world = rollout();
    const { record: end, interrupted } = await drive(record(), world.rollout, world.options);
    expect(world.said).toEqual([...PHASES]);
    expect(end.state).toBe('done');
    expect(interrupted).toBe(false);
    const seen = world.saved.map(({ phases }) => phases.map(({ status }) => status[0]).join(''));
    expect(seen.slice(0, 3)).toEqual(['rpppppppppp', 'dpppppppppp', 'drppppppppp']);
    expect(seen.at(-1)).toBe('ddddddddddd');
    expect(end.phases[0]).toMatchObject({ note: 'preflight is done', numbers: { one: 1 } });
  });

  test('that fails where going back would lose what was written waits for a person', async () => {
    const world = rollout(failingIn('bake'));
    const moved = { ...world.rollout, hasMovedOn: async () => true };
    const { record: end, error } = await drive(record(), moved, world.options);
    expect(world.said).not.toContain('withdraw');
    expect(end).toMatchObject({ state: 'paused', failure: { phase: 'bake' } });
    expect(error?.message).toBe('no bake');
  });

  test('that fails before it has made anything has nothing to take back', async () => {
    const world = rollout(failingIn('preflight'));
    const { record: end } = await drive(record(), world.rollout, world.options);
    expect(world.said).toEqual(['preflight']);
    expect(end).toMatchObject({ state: 'failed', failure: { phase: 'preflight' } });
    expect(world.events.map(({ type }) => type)).toEqual(['phase.started', 'phase.failed']);
  });

  test.each(['stage', 'start', 'gate'] as const)(
    'that fails in %s removes the new slot: users never noticed',
    async (name) => {
      const world = rollout(failingIn(name));
      const { record: end, error } = await drive(record(), world.rollout, world.options);
      expect(world.said.slice(-2)).toEqual([name, 'withdraw']);
      expect(end).toMatchObject({ state: 'failed', failure: { phase: name, message: `no ${name}` } });
      expect(error?.exitCode).toBe(EXIT.failed);
      expect(world.events).toContainEqual({ type: 'withdraw.started', switched: false });
    },
  );

  test.each(['cutover', 'outside', 'drain', 'bake'] as const)(
    'that fails in %s sends users back',
    async (name) => {
      const world = rollout(failingIn(name));
      const { record: end } = await drive(record(), world.rollout, world.options);
      expect(world.said.slice(-2)).toEqual([name, 'withdraw']);
      expect(end.state).toBe('returned');
      expect(world.events).toContainEqual({ type: 'withdraw.started', switched: true });
    },
  );

  test('that fails to retire the old slot waits: the new one serves, and there is no way back in it', async () => {
    const world = rollout(failingIn('retire'));
    const { record: end, error } = await drive(record(), world.rollout, world.options);
    expect(world.said).not.toContain('withdraw');
    expect(end).toMatchObject({ state: 'paused', failure: { phase: 'retire' } });
    expect(error).toBeDefined();
    const again = rollout();
    const { record: whole } = await drive(end, again.rollout, again.options);
    expect(again.said).toEqual(['retire']);
    expect(whole.state).toBe('done');
    expect(whole.failure).toBeUndefined();
  });

  test('whose operator is cut off leaves the record as it was, and says how to go on', async () => {
    const world = rollout((name) => {
      if (name === 'drain') throw lost;
    });
    const running = drive(record(), world.rollout, world.options);
    await expect(running).rejects.toMatchObject({
      details: { exitCode: EXIT.unreachable, next: expect.stringContaining('vdb deploy continue') },
    });
    expect(world.said).not.toContain('withdraw');
    expect(world.saved.at(-1)?.phases.find(({ name }) => name === 'drain')?.status).toBe('running');
  });

  test('is continued with the phase that was cut short, and does no earlier one again', async () => {
    const cut = rollout((name) => {
      if (name === 'drain') throw lost;
    });
    await drive(record(), cut.rollout, cut.options).catch(() => {});
    const world = rollout();
    const { record: end } = await drive(cut.saved.at(-1) as DeployRecord, world.rollout, world.options);
    expect(world.said).toEqual(['drain', 'bake', 'retire']);
    expect(end.state).toBe('done');
  });

  test('pauses after the phase that was named, and goes on from there', async () => {
    const world = rollout();
    const { record: end, interrupted } = await drive(
      record({ pause_after: 'gate' }),
      world.rollout,
      world.options,
    );
    expect({ state: end.state, interrupted }).toEqual({ state: 'paused', interrupted: false });
    expect(world.said.at(-1)).toBe('gate');
    await drive(end, world.rollout, world.options);
    expect(world.said).toEqual([...PHASES]);
  });

  test('that a person stops between two phases waits, and takes nothing back', async () => {
    const controller = new AbortController();
    const world = rollout((name) => {
      if (name === 'stage') controller.abort();
    });
    const ended = await drive(record(), world.rollout, { ...world.options, stop: controller.signal });
    expect(ended).toMatchObject({ interrupted: true, record: { state: 'paused' } });
    expect(world.said).toEqual(['preflight', 'stage']);
  });

  test('that a person stops within a phase runs it again when it is continued', async () => {
    const world = rollout((name) => {
      if (name === 'bake') throw new Stopped();
    });
    const ended = await drive(record(), world.rollout, world.options);
    expect(ended).toMatchObject({ interrupted: true, record: { state: 'paused' } });
    const again = rollout();
    await drive(ended.record, again.rollout, again.options);
    expect(again.said).toEqual(['bake', 'retire']);
  });

  describe('that was cut short while it was taken back', () => {
    async function cutIn(name: PhaseName): Promise<DeployRecord> {
      const world = rollout(failingIn(name));
      world.rollout.withdraw = async () => {
        throw lost;
      };
      await expect(drive(record(), world.rollout, world.options)).rejects.toMatchObject({
        details: { exitCode: EXIT.unreachable },
      });
      return world.saved.at(-1) as DeployRecord;
    }

    test.each([
      ['gate', 'failed'],
      ['bake', 'returned'],
    ] as const)('in %s runs no phase any more: what it needs may be gone', async (name, state) => {
      const cut = await cutIn(name);
      expect(cut).toMatchObject({ state: 'running', withdrawing: 'failed' });
      const world = rollout();
      const { record: end, error } = await drive(cut, world.rollout, world.options);
      expect(world.said).toEqual(['withdraw']);
      expect(end).toMatchObject({ state, failure: { phase: name } });
      expect(end.withdrawing).toBeUndefined();
      expect(error?.message).toBe(`no ${name}`);
    });

    test('because a person said so ends as that', async () => {
      const world = rollout();
      world.rollout.withdraw = async () => {
        throw lost;
      };
      const paused = record({ state: 'paused', phases: (await cutIn('bake')).phases });
      await expect(abort(paused, world.rollout, world.options)).rejects.toThrow();
      const again = rollout();
      const driven = await drive(world.saved.at(-1) as DeployRecord, again.rollout, again.options);
      expect(again.said).toEqual(['withdraw']);
      expect(driven).toMatchObject({ record: { state: 'aborted' }, interrupted: false });
      expect(driven.error).toBeUndefined();
    });
  });

  test('whose new slot cannot be withdrawn says so, with the reason why it was to be', async () => {
    const world = rollout(failingIn('bake'));
    world.rollout.withdraw = async () => {
      throw new Error('the edge does not answer');
    };
    await expect(drive(record(), world.rollout, world.options)).rejects.toMatchObject({
      message: 'Slot green could not be withdrawn: the edge does not answer',
      details: {
        meaning: 'It was to go because bake failed: no bake',
        next: expect.stringContaining('vdb deploy abort'),
      },
    });
    expect(world.saved.at(-1)).toMatchObject({ state: 'running', failure: { phase: 'bake' } });
  });
});

describe('abort', () => {
  const cutIn = async (name: PhaseName): Promise<DeployRecord> => {
    const world = rollout((each) => {
      if (each === name) throw lost;
    });
    await drive(record(), world.rollout, world.options).catch(() => {});
    return world.saved.at(-1) as DeployRecord;
  };

  test('of a deploy that has made nothing takes nothing back', async () => {
    const world = rollout();
    const ended = await abort(await cutIn('preflight'), world.rollout, world.options);
    expect({ said: world.said, state: ended.state }).toEqual({ said: [], state: 'aborted' });
  });

  test.each(['stage', 'start', 'cutover', 'bake'] as const)(
    'ends a deploy that was cut short in %s where it began',
    async (name) => {
      const world = rollout();
      const ended = await abort(await cutIn(name), world.rollout, world.options);
      expect(world.said).toEqual(['withdraw']);
      expect(ended.state).toBe('aborted');
      expect(hasSwitched(ended)).toBe(name === 'cutover' || name === 'bake');
    },
  );

  test('is refused once the old slot is being retired', async () => {
    const world = rollout();
    await expect(abort(await cutIn('retire'), world.rollout, world.options)).rejects.toMatchObject({
      details: { code: 'deploy.retired', next: expect.stringContaining('vdb deploy continue') },
    });
    expect(world.said).toEqual([]);
  });
});
