import { describe, expect, it } from 'vitest';
import type { ModelAnswer } from '../../../../src/checks/catalogue/models/embeddings.js';
import { known } from '../../../../src/host/probe.js';
import { contextOf, judged } from '../support.js';

const MODEL = { url: 'http://user:hidden-in-address@model/', collection: 'docs' };
const CONTEXT = contextOf({ models: { hermes: MODEL, phi3: MODEL } });
const GOOD: ModelAnswer = { status: 200, why: '', seconds: 0.2, dimension: 384 };
const DOWN: ModelAnswer = { status: null, why: 'nothing listens there', seconds: 0, dimension: null };

function found(id: string, hermes: Partial<ModelAnswer>, phi3: Partial<ModelAnswer> = {}) {
  const answers = { hermes: { ...GOOD, ...hermes }, phi3: { ...GOOD, ...phi3 } };
  return judged(id, [known(answers)], CONTEXT);
}

describe('models.healthy', () => {
  it.each([
    ['pass', {}, '2 answered'],
    ['fail', { seconds: 2 }, 'hermes: answered in 2.00 s'],
    ['fail', { status: 503 }, 'hermes: answers 503'],
    ['fail', { status: 401 }, 'hermes: answers 401'],
    ['fail', DOWN, 'hermes: nothing listens there'],
  ] as const)('is a %s with %j', (status, answer, seen) => {
    expect(found('models.healthy', answer)).toMatchObject({ status, seen });
  });

  it('lists all that fail', () => {
    expect(found('models.healthy', DOWN, { status: 500 })).toMatchObject({
      seen: '2 of 2',
      details: ['hermes: nothing listens there', 'phi3: answers 500'],
    });
  });
});

describe('models.dimension', () => {
  it.each([
    ['pass', {}, '2 fit'],
    ['fail', { dimension: 768 }, 'hermes: 768 numbers'],
    ['fail', { dimension: null }, 'hermes: an answer without an embedding'],
    ['unknown', { status: 503, dimension: null }, 'hermes: answers 503'],
    ['unknown', DOWN, 'hermes: nothing listens there'],
  ] as const)('is a %s with %j', (status, answer, seen) => {
    expect(found('models.dimension', answer)).toMatchObject({ status, seen });
  });
});

describe.each(['models.healthy', 'models.dimension'])('%s', (id) => {
  it('is skipped where no model is configured', () => {
    expect(judged(id, [])).toMatchObject({ status: 'skip', seen: 'no model is configured' });
  });

  it('is unknown for a model that was not asked', () => {
    const result = judged(id, [known({ phi3: GOOD })], CONTEXT);
    expect(result).toMatchObject({ status: 'unknown', seen: 'hermes was not asked' });
  });

  it('shows no address', () => {
    expect(JSON.stringify(found(id, DOWN))).not.toContain('hidden-in-address');
  });
});
