import { describe, expect, it } from 'vitest';
import type { Prepared } from '../../../../src/backup/restore/prepare.js';
import { restorePlanText } from '../../../../src/ui/backup/restore-plan.js';
import { CREATED, manifestOf, planOf, presentOf, SET } from '../../backup/restore/support.js';

const LONG = 'documents_of_the_department_of_the_interior';

function shown(
  plan: ReturnType<typeof planOf>,
  changes: Partial<Prepared> = {},
  ms = 3 * 3_600_000,
): string[] {
  const prepared: Prepared = {
    ...{ plan, manifest: manifestOf(['docs']), definitions: null, files: [] },
    need: { storage: 1024, postgres: 0 },
    room: { storage: 2048, postgres: null, linkable: true, shared: true },
    ...changes,
  };
  const now = new Date(Date.parse(CREATED) + ms);
  return restorePlanText(prepared, { now, color: false, width: 80 }).split('\n');
}

describe('the plan of a restore', () => {
  it('tells of each thing what the set has, what is there, what happens and what is kept', () => {
    const plan = planOf(['docs', 'b'], { qdrant: presentOf(['docs']), selection: { only: ['qdrant'] } });
    expect(shown(plan)).toEqual([
      `Restore of backup set ${SET}, 3 h old`,
      '  docs',
      '    in the set  10 points, 1000 B',
      '    there now   5 points, 500 B',
      `    happens     docs--${SET}, docs becomes an alias of it`,
      `    kept as     docs--before-${SET}`,
      '  b',
      '    in the set  10 points, 1000 B',
      '    there now   nothing',
      '    happens     restored as b',
      '  Disk: about 1 KiB needed, 2 KiB free',
      `  What was written since ${CREATED} is not in the set (RPO 3 h).`,
      '  The name of a collection that is exchanged means nothing for a moment;',
      '    writers should be stopped.',
    ]);
  });

  it('fits into eighty columns, and nothing of it is cut', () => {
    const plan = planOf([LONG], { qdrant: presentOf([LONG, `${LONG}--x`], { [`${LONG}_now`]: LONG }) });
    const lines = shown({ ...plan, leftovers: [`${LONG}--${SET}`] });
    for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
    const text = lines.join('').replaceAll(/\s/g, '');
    for (const name of [`${LONG}--before-${SET}`, `alias${LONG}_now:${LONG}->${LONG}--${SET}`])
      expect(text).toContain(name);
  });

  it('of the configuration alone says so where nothing differs', () => {
    const plan = planOf(['docs'], { selection: { only: ['config'] } });
    expect(shown(plan).slice(1, 5)).toEqual([
      '  configuration',
      '    in the set  1000 B',
      '    there now   the same files',
      '    happens     nothing',
    ]);
    const file = { path: '/etc/x', state: 'missing' as const, archived: 3, there: null };
    expect(shown(plan, { files: [file] }).join('\n')).toContain('1 file of other content');
  });

  it('of a set from the future has no age', () => {
    const [head, ...lines] = shown(planOf(['docs']), {}, -7_200_000);
    expect(head).toBe(`Restore of backup set ${SET}, from the future (in 2 h)`);
    expect(lines.join(' ')).toMatch(/RPO not\s+known: the set is from the future/);
  });
});
