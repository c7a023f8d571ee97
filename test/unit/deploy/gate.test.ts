import { describe, expect, test } from 'vitest';
import { type Answer, ASKED, against, parseAnswers } from '../../../src/deploy/gate.js';

const answers = (status: number, ms: number, count = ASKED): Answer[] =>
  Array.from({ length: count }, () => ({ status, ms }));

describe('the gate', () => {
  const judged = (own: readonly Answer[], serving: readonly Answer[] = answers(200, 5)) =>
    against('green-1', own, { healthy: 200, serving });

  test.each([
    ['as fast as what serves', answers(200, 6), answers(200, 5)],
    ['slower, but fast', answers(200, 95), answers(200, 5)],
    ['slow, as what serves is', answers(200, 700), answers(200, 300)],
    ['healthy while nothing serves', answers(200, 20), []],
  ])('lets one in that is %s', (_, own, serving) => {
    expect(judged(own, serving)).toBeNull();
  });

  test.each([
    ['much slower than what serves', answers(200, 400), /needs 400 ms .* more than 100 ms/],
    [
      'unhealthy once',
      [...answers(200, 5, ASKED - 1), ...answers(503, 5, 1)],
      /answered 503 .*1 of 20 times/,
    ],
    ['silent', answers(0, 10_000), /gave no answer .*20 of 20 times/],
  ])('keeps one out that is %s', (_, own, reason) => {
    expect(judged(own)).toMatch(reason);
  });

  test('reads answers that come in turn', () => {
    const stdout = Array.from({ length: ASKED }, () => '200 0.004\n503 0.250\n').join('');
    expect(parseAnswers(stdout, 2)).toEqual([answers(200, 4), answers(503, 250)]);
  });

  test('takes no silence for an answer', () => {
    expect(() => parseAnswers('200 0.004\n', 2)).toThrow('1 answers of 40');
    expect(() => parseAnswers('x\n'.repeat(ASKED), 1)).toThrow('no answer: x');
  });
});
