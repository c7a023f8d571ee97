import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import { ABSENT, answered, contextOf, judged } from '../support.js';

function list(...names: string[]) {
  return answered(200, { result: { collections: names.map((name) => ({ name })) } });
}

function info(
  changes: { status?: string; optimizer_status?: unknown; size?: number; distance?: string } = {},
) {
  const { status = 'green', optimizer_status = 'ok', size = 384, distance = 'Cosine' } = changes;
  return answered(200, {
    result: { status, optimizer_status, config: { params: { vectors: { size, distance } } } },
  });
}

describe('collections.set', () => {
  it('passes when they are the configured ones', () => {
    expect(judged('collections.set', [list('docs')]).status).toBe('pass');
  });

  it('fails for a missing one', () => {
    const result = judged('collections.set', [list()]);
    expect(result).toMatchObject({ status: 'fail', seen: 'missing: docs', expected: 'docs' });
  });

  it('warns of one that is not in the configuration', () => {
    const result = judged('collections.set', [list('docs', 'leftover')]);
    expect(result).toMatchObject({ status: 'warn', seen: 'not in the configuration: leftover' });
  });

  it('is unknown when Qdrant refuses the key or does not answer', () => {
    const refused = judged('collections.set', [answered(401)]);
    expect(refused).toMatchObject({ status: 'unknown', seen: 'Qdrant refuses the key (401)' });
    expect(judged('collections.set', [ABSENT]).status).toBe('unknown');
  });
});

describe('collections.green', () => {
  it('passes on green', () => {
    expect(judged('collections.green', [info()]).status).toBe('pass');
  });

  it('fails on red', () => {
    expect(judged('collections.green', [info({ status: 'red' })])).toMatchObject({
      status: 'fail',
      seen: 'docs: red',
    });
  });

  it('fails on an optimizer error, whatever the colour', () => {
    const result = judged('collections.green', [info({ optimizer_status: { error: 'disk is full' } })]);
    expect(result).toMatchObject({ status: 'fail', seen: 'docs: optimizer: disk is full' });
  });

  it.each(['yellow', 'grey'])('warns on %s', (status) => {
    expect(judged('collections.green', [info({ status })]).status).toBe('warn');
  });

  it('fails on a colour that it does not know', () => {
    expect(judged('collections.green', [info({ status: 'plaid' })]).status).toBe('fail');
  });

  it('is unknown when one of several cannot be seen and no other fails', () => {
    const context = contextOf({ collections: { a: { size: 4 }, b: { size: 4 } } });
    const result = judged('collections.green', [info(), answered(500)], context);
    expect(result).toMatchObject({ status: 'unknown', seen: 'b: Qdrant answers 500' });
  });

  it('fails when one of several is red, even though another cannot be seen', () => {
    const context = contextOf({ collections: { a: { size: 4 }, b: { size: 4 } } });
    const result = judged('collections.green', [answered(500), info({ status: 'red' })], context);
    expect(result).toMatchObject({ status: 'fail', seen: 'b: red' });
  });

  it('says once that Qdrant does not answer', () => {
    const context = contextOf({ collections: { a: { size: 4 }, b: { size: 4 } } });
    const result = judged('collections.green', [ABSENT, ABSENT], context);
    expect(result).toMatchObject({ status: 'unknown', seen: 'Qdrant does not answer' });
  });

  it('is skipped where no collection is configured', () => {
    expect(judged('collections.green', [], contextOf({ collections: {} })).status).toBe('skip');
  });
});

describe('collections.size', () => {
  it('passes with the configured size and distance', () => {
    expect(judged('collections.size', [info()]).status).toBe('pass');
  });

  it.each([
    [{ size: 768 }, 'docs: 768 Cosine'],
    [{ distance: 'Dot' }, 'docs: 384 Dot'],
  ])('fails with %o', (change, seen) => {
    expect(judged('collections.size', [info(change)])).toMatchObject({
      status: 'fail',
      seen,
      expected: '384 Cosine',
    });
  });
});

describe('a collection with another size', () => {
  it('names the way to a new collection, and no task: none can change it', () => {
    const check = CATALOGUE.find(({ id }) => id === 'collections.size');
    expect(check?.fix).toBeUndefined();
    expect(check?.remedy).toMatch(/fixed at creation.*new name, copy the points, switch the alias/);
  });
});

describe('a collection that does not exist', () => {
  it.each(['collections.green', 'collections.size'])('is unknown to %s', (id) => {
    expect(judged(id, [answered(404)])).toMatchObject({ status: 'unknown', seen: 'docs: it does not exist' });
  });
});
