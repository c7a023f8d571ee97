import { describe, expect, test } from 'vitest';
import { TASKS } from '../../../tasks/index.js';

/** All tasks that have to be done before `id`, directly or not. */
function before(id: string): string[] {
  const direct = TASKS.find((task) => task.id === id)?.dependsOn ?? [];
  return [...new Set([...direct, ...direct.flatMap(before)])];
}

describe('the order of the tasks', () => {
  test('names only tasks that come earlier', () => {
    TASKS.forEach(({ dependsOn }, index) => {
      const earlier = TASKS.slice(0, index).map(({ id }) => id);
      expect(earlier).toEqual(expect.arrayContaining([...dependsOn]));
    });
  });

  test('lets no collection hold PostgreSQL back', () => {
    expect(before('3.1').sort()).toEqual(['0.2', '0.3']);
  });
});
