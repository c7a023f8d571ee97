import type { Config } from '../../../config/schema.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { expect, fail, unknown, whenThere, worst } from '../../verdict.js';
import { askModels, type ModelAnswer, type ModelAnswers } from './embeddings.js';

type Model = Config['models'][string];

function names({ config }: CheckContext): string[] {
  return Object.keys(config.models);
}

/** A check that asks every configured model and judges each by itself. */
function perModel(
  check: Pick<Check, 'id' | 'title' | 'looksAt' | 'why' | 'threshold' | 'remedy'>,
  all: (count: number) => string,
  judge: (answer: ModelAnswer, model: Model, context: CheckContext, limit: number) => Verdict,
): Check {
  return defineCheck<ModelAnswers>({
    ...check,
    group: 'models',
    severity: 'error',
    skip: (context) => (names(context).length === 0 ? 'no model is configured' : undefined),
    look: askModels,
    judge: ([answers], context, limit) =>
      whenThere(answers, 'the models were not asked', (value) =>
        worst(
          Object.entries(context.config.models).map(([name, model]) => {
            const answer = value[name];
            if (answer === undefined) return unknown(`${name} was not asked`);
            const verdict = judge(answer, model, context, limit);
            return { ...verdict, seen: `${name}: ${verdict.seen}` };
          }),
          all(names(context).length),
        ),
      ),
  });
}

const healthy = perModel(
  {
    id: 'models.healthy',
    title: 'Every embedding service answers in time',
    looksAt: 'a POST of one short text to each configured model, from the host',
    why: 'Without embeddings nothing can be searched for or added; slow ones make every search slow.',
    threshold: { default: 2, unit: 'seconds' },
    remedy: 'Look at the service and at the way to it; its address is models in the configuration.',
  },
  (count) => `${count} answered`,
  ({ status, why, seconds }, { timeout_seconds }, _, limit) => {
    const expected = `200 within ${Math.min(limit, timeout_seconds)} s`;
    if (status === null) return fail(why, expected);
    if (status !== 200) return fail(`answers ${status}`, expected);
    return expect(seconds < limit, `answered in ${seconds.toFixed(2)} s`, expected);
  },
);

const dimension = perModel(
  {
    id: 'models.dimension',
    title: 'Every embedding fits its collection',
    looksAt: 'the length of the embedding of one short text, and the size of the collection of the model',
    why: 'Qdrant refuses vectors of another size, so nothing of this model can be added or found.',
    remedy:
      'Point the model to the collection of its size, or create a collection of the size that it really has.',
  },
  (count) => `${count} fit`,
  ({ status, why, dimension }, { collection }, { config }) => {
    if (status === null) return unknown(why);
    if (status !== 200) return unknown(`answers ${status}`);
    const size = config.collections[collection]?.size;
    const expected = `${size} numbers, as ${collection} has`;
    return dimension === null
      ? fail('an answer without an embedding', expected)
      : expect(dimension === size, `${dimension} numbers`, expected);
  },
);

export const modelsChecks: readonly Check[] = [healthy, dimension];
