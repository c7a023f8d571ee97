import { describe, expect, test } from 'vitest';
import { TASKS } from '../../../tasks/index.js';

/** All tasks that have to be done before `id`, directly or not. */
function upstreamOf(id: string): string[] {
  const direct = TASKS.find((task) => task.id === id)?.dependsOn ?? [];
  return [...new Set([...direct, ...direct.flatMap(upstreamOf)])];
}

describe('the order of the tasks', () => {
  test('names only tasks that come earlier', () => {
    TASKS.forEach(({ dependsOn }, index) => {
      const earlier = TASKS.slice(0, index).map(({ id }) => id);
      expect(earlier).toEqual(expect.arrayContaining([...dependsOn]));
    });
  });

  test('has no part wait for what there is not', () => {
    const all = TASKS.flatMap(({ id, subtasks }) => [id, ...subtasks.map((each) => each.id)]);
    const awaited = TASKS.flatMap(({ subtasks }) => subtasks.flatMap(({ after = [] }) => after));
    expect(all).toEqual(expect.arrayContaining(awaited));
  });

  test('lets no collection hold PostgreSQL back', () => {
    expect(upstreamOf('3.1').sort()).toEqual(['0.2', '0.3']);
  });

  test('lets the database layer wait for Python and for the collections, and PostgreSQL for neither', () => {
    const waits = TASKS.find(({ id }) => id === '3.1')?.subtasks.map(({ id, after = [] }) => [id, ...after]);
    expect(waits).toEqual([
      ['3.1.1'],
      ['3.1.2'],
      ['3.1.3'],
      ['3.1.4'],
      ['3.1.5', '0.4'],
      ['3.1.6', '0.4', '1.4'],
      ['3.1.7', '0.4'],
    ]);
  });

  test('lets instances of the gateway start once the edge leads to Qdrant, and the edge wait for none of them', () => {
    const waits = TASKS.find(({ id }) => id === '1.2')?.subtasks.map(({ id, after = [] }) => [id, ...after]);
    expect(waits).toEqual([['1.2.1'], ['1.2.2'], ['1.2.3'], ['1.2.4', '4.5.1']]);
    const [edge, orchestration] = TASKS.find(({ id }) => id === '4.5')?.subtasks ?? [];
    expect(upstreamOf('4.5')).not.toContain('1.2');
    expect(edge).not.toHaveProperty('after');
    expect(orchestration?.after).toEqual(['1.2']);
  });
});
