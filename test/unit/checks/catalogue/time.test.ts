import { describe, expect, it } from 'vitest';
import { known } from '../../../../src/host/probe.js';
import { ABSENT, contextOf, FACTS, judged } from '../support.js';

const CONTAINED = { ...contextOf(), facts: known({ ...FACTS, container: true }) };

describe('time.synchronised', () => {
  const clock = (offset: number, synchronised = true, uncertainty = 0, local = false) => [
    known({ running: true, synchronised, offset, uncertainty, local }),
  ];

  it.each([
    [clock(0.02), 'pass', '0.0 ms off, give or take 0.0 ms'],
    [clock(-99.9), 'pass', '-99.9 ms off, give or take 0.0 ms'],
    [clock(100), 'fail', '100.0 ms off, give or take 0.0 ms'],
    [clock(-100), 'fail', '-100.0 ms off, give or take 0.0 ms'],
    [clock(-60, true, 39.9), 'pass', '-60.0 ms off, give or take 39.9 ms'],
    [clock(-60, true, 40), 'fail', '-60.0 ms off, give or take 40.0 ms'],
    [clock(0, true, 0, true), 'fail', 'chrony follows its own clock, no source of time'],
    [clock(0, false), 'fail', 'chrony has no source of time that it trusts'],
    [[known({ running: false })], 'fail', 'chronyd does not run'],
    [[ABSENT], 'fail', 'chrony is not installed'],
  ])('%j: %s', (observations, status, seen) => {
    expect(judged('time.synchronised', observations)).toMatchObject({ status, seen });
  });

  it('leaves the clock of a container to its machine, but judges a chrony that runs there', () => {
    expect(judged('time.synchronised', [ABSENT], CONTAINED).status).toBe('skip');
    expect(judged('time.synchronised', [known({ running: false })], CONTAINED).status).toBe('skip');
    expect(judged('time.synchronised', clock(5000), CONTAINED).status).toBe('fail');
  });
});

describe('time.skew', () => {
  it.each([
    [-2000, 2000, 'pass', 'between -2.0 and 2.0 s ahead'],
    [-20, 30, 'pass', 'between 0.0 and 0.0 s ahead'],
    [1900, 2100, 'unknown', 'between 1.9 and 2.1 s ahead: the host answered too slowly to tell'],
    [-2100, -1900, 'unknown', 'between -2.1 and -1.9 s ahead: the host answered too slowly to tell'],
    [-9000, 9000, 'unknown', 'between -9.0 and 9.0 s ahead: the host answered too slowly to tell'],
    [2001, 2100, 'fail', 'the host is 2.0 s ahead or more'],
    [-3_600_100, -3_600_000, 'fail', 'the host is 3600.0 s behind or more'],
  ])('between %i and %i ms: %s', (least, most, status, seen) => {
    const context = { ...contextOf(), skew: known({ least, most }) };
    expect(judged('time.skew', [], context)).toMatchObject({ status, seen });
  });
});
