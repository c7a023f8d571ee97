import { describe, expect, it } from 'vitest';
import {
  assertFits,
  assertPossible,
  assertRoom,
  assertSelection,
  needOf,
  versionObstacle,
} from '../../../../src/backup/restore/refusals.js';
import { manifestOf, planOf, presentOf } from './support.js';

function codeOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { details: { code: string } }).details.code;
  }
}

describe('a selection', () => {
  it.each([
    [{}, undefined],
    [{ collections: ['a', 'b'] }, undefined],
    [{ collections: ['a'], as: 'x' }, undefined],
    [{ collections: ['a', 'b'], as: 'x' }, 'restore.as-one'],
    [{ as: 'x' }, 'restore.as-one'],
    [{ collections: ['a'], only: ['qdrant' as const] }, undefined],
    [{ collections: ['a'], only: ['postgres' as const] }, 'restore.selection'],
    [{ collections: ['a'], only: ['qdrant' as const, 'postgres' as const] }, 'restore.selection'],
    [{ collections: ['a'], as: '' }, 'restore.as'],
    [{ collections: ['a'], as: 'b/c' }, 'restore.as'],
    [{ collections: ['a'], as: '..' }, 'restore.as'],
    [{ collections: ['a'], as: 'ü'.repeat(128) }, 'restore.as'],
    [{ collections: ['a'], as: 'ü'.repeat(127) }, undefined],
    [{ collections: ['a'], as: "o'dd näme & co" }, undefined],
  ])('%j: %s', (selection, code) => {
    expect(codeOf(() => assertSelection(selection))).toBe(code);
  });

  it('that drops what was asked for is refused with what that is', () => {
    expect(() => assertSelection({ collections: ['a'], only: ['qdrant', 'postgres'] })).toThrow(
      /--only asks for postgres$/,
    );
  });
});

describe('a set and a server', () => {
  it.each([
    ['1.18.3', '1.18.3', null],
    ['1.18.9', '1.18.3', null],
    ['1.17.1', '1.18.3', null],
    ['1.18.3-emulator', '1.18.3', null],
    ['1.16.1', '1.18.3', /more than one minor/],
    ['1.19.0', '1.18.3', /newer/],
    ['2.0.0', '1.18.3', /another major/],
    ['0.18.0', '1.18.3', /another major/],
    [undefined, '1.18.3', /does not say/],
    ['latest', '1.18.3', /no version/],
    ['1.18.3', 'dev', /no version/],
  ])('of %s and %s', (set, server, obstacle) => {
    const found = versionObstacle(set, server);
    if (obstacle === null) expect(found).toBeNull();
    else expect(found).toMatch(obstacle);
  });

  it('must both be genuine, or both not', () => {
    const [real, emulated] = [presentOf(), { ...presentOf(), genuine: false }];
    expect(codeOf(() => assertFits(manifestOf(['a']), real))).toBeUndefined();
    expect(codeOf(() => assertFits(manifestOf(['a']), emulated))).toBe('restore.other-server');
    expect(codeOf(() => assertFits(manifestOf(['a'], { genuine: false }), real))).toBe(
      'restore.other-server',
    );
    expect(codeOf(() => assertFits(manifestOf(['a'], { genuine: false }), emulated))).toBeUndefined();
  });

  it('must be alone: a second peer would get shards', () => {
    expect(codeOf(() => assertFits(manifestOf(['a']), { ...presentOf(), peers: 2 }))).toBe('restore.peers');
  });

  it('of another version are refused before anything changes', () => {
    const newer = manifestOf(['a'], { versions: { qdrant: '1.19.0' } });
    expect(codeOf(() => assertFits(newer, presentOf()))).toBe('restore.version');
  });
});

describe('a plan', () => {
  it.each([
    [{ collections: ['docs'] }, undefined],
    [{ collections: ['nope'] }, 'restore.no-collection'],
    [{ collections: ['docs', 'nope'] }, 'restore.no-collection'],
    [{ collections: ['nope'], as: 'x' }, 'restore.no-collection'],
    [{ collections: ['docs'], as: 'taken' }, 'restore.exists'],
    [{ collections: ['docs'], as: 'alias' }, 'restore.exists'],
    [{ collections: ['docs'], as: 'free' }, undefined],
  ])('for %j: %s', (selection, code) => {
    const qdrant = presentOf(['taken'], { alias: 'taken' });
    const plan = planOf(['docs'], { selection, qdrant });
    expect(codeOf(() => assertPossible(plan, selection, qdrant))).toBe(code);
  });

  it('that restores nothing is refused with what was left out', () => {
    const selection = { only: ['redis' as const] };
    const plan = planOf(['docs'], { selection, redis: false, qdrant: null });
    expect(() => assertPossible(plan, selection, null)).toThrow(/nothing of what is asked for/);
  });
});

describe('the room', () => {
  const there = { a: { points: 5, bytes: 300 }, b: { points: 5, bytes: 700 }, c: { points: 0, bytes: 50 } };
  const plan = planOf(['a', 'b', 'c', 'd'], { qdrant: presentOf(['a', 'b', 'c']), there });

  it('is for what is restored, for copies of what makes room, and for the largest snapshot of these', () => {
    expect(needOf(plan, { linkable: true })).toEqual({ storage: 4000 + 1000 + 700, postgres: 6000 });
  });

  it('is for a copy of the largest part too where it cannot be linked', () => {
    expect(needOf(plan, { linkable: false }).storage).toBe(4000 + 1000 + 700 + 1000);
  });

  it('is refused where it is short on either file system, or on both as one', () => {
    const need = { storage: 10, postgres: 10 };
    const room = { storage: 10, postgres: 10, linkable: true, shared: false };
    expect(codeOf(() => assertRoom(need, room))).toBeUndefined();
    expect(codeOf(() => assertRoom(need, { ...room, storage: 9 }))).toBe('restore.room');
    expect(codeOf(() => assertRoom(need, { ...room, postgres: 9 }))).toBe('restore.room');
    expect(codeOf(() => assertRoom(need, { ...room, shared: true }))).toBe('restore.room');
    expect(codeOf(() => assertRoom(need, { ...room, storage: 20, shared: true }))).toBeUndefined();
    expect(codeOf(() => assertRoom({ ...need, postgres: 0 }, { ...room, postgres: null }))).toBeUndefined();
  });
});
