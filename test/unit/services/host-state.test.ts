import { describe, expect, it } from 'vitest';
import { known } from '../../../src/host/probe.js';
import {
  activeSlot,
  knownState,
  readState,
  renderState,
  withActiveSlots,
} from '../../../src/services/host-state.js';
import { testConfig } from '../../support/config.js';

const config = testConfig();
const stateOf = (gateway: unknown) => JSON.stringify({ qdrant: { active_slot: 'green' }, gateway });

describe('the state of a host', () => {
  it('names the slots that serve, and the one that served before', () => {
    const text = stateOf({ active_slot: 'blue', standby: 'green' });
    const state = { activeSlot: 'green', gateway: { activeSlot: 'blue', standby: 'green' } };
    expect(readState(known(text))).toEqual(known(state));
    expect(readState(known(stateOf({ active_slot: 'blue', standby: null })))).toEqual(
      known({ activeSlot: 'green', gateway: { activeSlot: 'blue', standby: null } }),
    );
  });

  it('says nothing of a gateway where it is of an earlier release, or there was none', () => {
    const state = readState(known('{"schema":"vdb.state/1","qdrant":{"active_slot":"green"}}'));
    expect(state).toEqual(known({ activeSlot: 'green', gateway: null }));
    expect(activeSlot(config, state)).toBe('green');
  });

  it('is absent before the first provisioning: the configuration names the slot', () => {
    expect(activeSlot(config, readState(known<string>(null)))).toBe('blue');
  });

  it.each([
    ...['{', 'null', '[]', '', '{"qdrant":{"active_slot":"red"}}', '{"qdrant":"blue"}'],
    stateOf(null),
    stateOf('blue'),
    stateOf({ active_slot: 'red', standby: null }),
    stateOf({ active_slot: 'blue' }),
    stateOf({ active_slot: 'blue', standby: 'blue' }),
  ])('is unknown, not absent, in %s', (text) => {
    const state = readState(known(text));
    expect(state.status).toBe('unknown');
    expect(knownState(state)).toBeNull();
    expect(() => activeSlot(config, state)).toThrow(expect.objectContaining({ exitCode: 3 }));
  });

  it('is unknown where the file could not be looked at', () => {
    expect(readState({ status: 'unknown', why: 'no answer' })).toEqual({
      status: 'unknown',
      why: 'no answer',
    });
  });

  it('is read as it was written', () => {
    const gateway = { enabled: true, api_key: 'a-key-of-sixteen' };
    const green = { activeSlot: 'green', gateway: { activeSlot: 'green', standby: 'blue' } } as const;
    const there = withActiveSlots(testConfig({ gateway }), green);
    expect(readState(known(renderState(there, 'blue')))).toEqual(known(green));
    expect(readState(known(renderState(there, null)))).toEqual(
      known({ ...green, gateway: { activeSlot: 'green', standby: null } }),
    );
  });

  it('has no slots of a gateway that is off', () => {
    const off = testConfig({ gateway: { enabled: false } });
    expect(JSON.parse(renderState(off, 'green'))).toEqual({
      schema: 'vdb.state/1',
      qdrant: { active_slot: 'blue', version: off.qdrant.version, genuine: true },
    });
  });
});

describe('the configuration with the slots that serve', () => {
  it('has both as the state has them, and is otherwise the same', () => {
    const { qdrant, gateway, ...rest } = withActiveSlots(config, {
      ...{ activeSlot: 'green', gateway: { activeSlot: 'green', standby: null } },
    });
    expect(qdrant).toEqual({ ...config.qdrant, active_slot: 'green' });
    expect(gateway).toEqual({ ...config.gateway, active_slot: 'green' });
    expect({ ...rest, qdrant: config.qdrant, gateway: config.gateway }).toEqual(config);
  });

  it("keeps the configuration's slot of the gateway where the state has none", () => {
    const green = testConfig({ gateway: { active_slot: 'green' } });
    expect(withActiveSlots(green, { activeSlot: 'blue', gateway: null }).gateway.active_slot).toBe('green');
    expect(withActiveSlots(green, null)).toBe(green);
  });
});
