import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import type { DocumentSpec, Evidence } from '../../../../src/checks/documents/document.js';
import { documentsOf, selectDocuments } from '../../../../src/checks/documents/index.js';
import {
  allHold,
  checksFor,
  judgeDocument,
  type Seen,
  standingsOf,
} from '../../../../src/checks/documents/judge.js';
import type { CheckResult } from '../../../../src/checks/result.js';
import type { Step, Verdict } from '../../../../src/engine/plan.js';
import { known } from '../../../../src/host/probe.js';
import { TASKS } from '../../../../tasks/index.js';
import { thing } from '../../../support/fake-host.js';

const DOCUMENTS = documentsOf(TASKS);
const OPT_IN = new Set(['python.imports']);

function step(subtaskId: string, verdict: Verdict, name = 'a'): Step {
  const task = TASKS.find(({ subtasks }) => subtasks.some(({ id }) => id === subtaskId));
  const subtask = task?.subtasks.find(({ id }) => id === subtaskId);
  if (task === undefined || subtask === undefined) throw new Error(`no sub-task ${subtaskId}`);
  return { task, subtask, resource: thing(name, 'x'), observation: known('x'), verdict };
}

function result(id: string, status: CheckResult['status'], more: Partial<CheckResult> = {}): CheckResult {
  return { ...{ id, group: 'host', severity: 'error', title: id, status, seen: `saw ${id}` }, ...more };
}

function standing(evidence: readonly Evidence[], seen: Partial<Seen>) {
  const document: DocumentSpec = {
    ...{ id: 'x', title: 'X', corrections: [] },
    criteria: [{ kind: 'criterion', text: 'it works', evidence }],
  };
  const [judged] = judgeDocument(document, { plan: known([]), results: [], ...seen }, OPT_IN).criteria;
  return judged;
}

const change = { action: 'update', summary: 'mode 0644, want 0600' } as const;
const OK: Verdict = { status: 'ok' };
const CHANGE: Verdict = { status: 'change', change, tentative: false };
const SUBTASK = [{ subtask: '3.1.4' }];

describe('a criterion that a sub-task decides', () => {
  it('holds when every step is as configured', () => {
    const plan = known([step('3.1.4', OK), step('3.1.4', OK, 'b'), step('3.1.1', CHANGE)]);
    expect(standing(SUBTASK, { plan })).toMatchObject({ standing: 'holds', seen: '2 steps as configured' });
  });

  it.each<[string, Verdict, string]>([
    ['fails', CHANGE, 'thing b: mode 0644, want 0600 (1 of 2 steps hold)'],
    [
      'fails',
      { status: 'refused', change: { ...change, refused: { why: 'it holds data', next: 'x' } } },
      'thing b: it holds data (1 of 2 steps hold)',
    ],
    [
      'accepted',
      { status: 'change', change: { ...change, optional: 'python.required is false' }, tentative: false },
      'thing b: python.required is false, mode 0644, want 0600 (1 of 2 steps hold)',
    ],
    ['foreign', { status: 'foreign', why: 'of the machine' }, 'thing b: of the machine (1 of 2 steps hold)'],
    [
      'left-out',
      { status: 'left-out', why: 'comes later', change },
      'thing b: comes later (1 of 2 steps hold)',
    ],
    ['unknown', { status: 'unknown', why: 'no answer' }, 'thing b: no answer (1 of 2 steps hold)'],
    ['unknown', { status: 'later', why: 'after x' }, 'thing b: after x (1 of 2 steps hold)'],
  ])('%s, with the reason: %j', (expected, verdict, seen) => {
    const plan = known([step('3.1.4', OK), step('3.1.4', verdict, 'b')]);
    expect(standing(SUBTASK, { plan })).toMatchObject({ standing: expected, seen });
  });

  it('lists several steps that differ', () => {
    const plan = known([step('3.1.4', OK), step('3.1.4', CHANGE, 'b'), step('3.1.4', CHANGE, 'c')]);
    expect(standing(SUBTASK, { plan })).toMatchObject({
      ...{ standing: 'fails', seen: '2 of 3 steps' },
      details: ['thing b: mode 0644, want 0600', 'thing c: mode 0644, want 0600'],
    });
  });

  it('is left out where the configuration has no step of it, and unknown without a plan', () => {
    expect(standing(SUBTASK, { plan: known([]) })?.standing).toBe('left-out');
    expect(standing(SUBTASK, { plan: { status: 'unknown', why: 'no answer' } })).toMatchObject({
      ...{ standing: 'unknown', seen: 'no answer' },
    });
  });
});

describe('a criterion that a check decides', () => {
  it.each([
    ['pass', 'holds', 'saw a.b'],
    ['fail', 'fails', 'a.b: saw a.b'],
    ['unknown', 'unknown', 'a.b: saw a.b'],
    ['warn', 'accepted', 'a.b: saw a.b'],
    ['skip', 'left-out', 'a.b: saw a.b'],
  ] as const)('%s makes it %s', (status, expected, seen) => {
    expect(standing([{ check: 'a.b' }], { results: [result('a.b', status)] })).toMatchObject({
      ...{ standing: expected, seen },
    });
  });

  it('says until when a waiver accepts it', () => {
    const waiver = { owner: 'ops', reason: 'x', expires: '2027-01-31', expired: false };
    expect(standing([{ check: 'a.b' }], { results: [result('a.b', 'waived', { waiver })] })).toMatchObject({
      ...{ standing: 'accepted', seen: 'a.b: saw a.b (waived until 2027-01-31)' },
    });
  });

  it('is unknown when the check did not run', () => {
    expect(standing([{ check: 'a.b' }], {})?.standing).toBe('unknown');
  });
});

describe('a criterion that readiness decides', () => {
  const ready = (results: CheckResult[]) => standing([{ readiness: true }], { results });

  it('holds when nothing stands in the way, whatever runs by name only', () => {
    expect(ready([result('a.b', 'pass'), result('python.imports', 'fail')])?.standing).toBe('holds');
  });

  it('does not hold otherwise, nor when nothing was seen', () => {
    expect(ready([result('a.b', 'pass'), result('c.d', 'fail')])).toMatchObject({
      ...{ standing: 'fails', seen: 'not ready because of c.d' },
    });
    expect(ready([result('a.b', 'pass'), result('c.d', 'unknown')])?.standing).toBe('unknown');
    expect(ready([])?.standing).toBe('unknown');
  });
});

describe('a criterion with several pieces of evidence', () => {
  const both = [{ check: 'a.b' }, { check: 'c.d' }];

  it('is as bad as the worst, and says that', () => {
    const results = [result('a.b', 'unknown'), result('c.d', 'fail')];
    expect(standing(both, { results })).toMatchObject({ standing: 'fails', seen: 'c.d: saw c.d' });
  });

  it('holds when all of it holds', () => {
    const results = [result('a.b', 'pass'), result('c.d', 'pass')];
    expect(standing(both, { results })).toMatchObject({ standing: 'holds', seen: 'saw a.b; saw c.d' });
  });

  it('never holds by part of what is left out', () => {
    const evidence = [{ check: 'a.b' }, { beyond: 'comes with deployments' }];
    expect(standing(evidence, { results: [result('a.b', 'pass')] })).toMatchObject({
      ...{ standing: 'left-out', seen: 'comes with deployments' },
    });
  });

  it('is unknown when nothing decides it', () => {
    expect(standing([], {})?.standing).toBe('unknown');
  });
});

describe('the verdict', () => {
  const document = (...standings: ('pass' | 'fail' | 'unknown' | 'skip')[]) =>
    judgeDocument(
      {
        ...{ id: 'x', title: 'X', corrections: [] },
        criteria: standings.map((_, index) => ({
          ...{ kind: 'criterion' as const, text: 't' },
          evidence: [{ check: `a.${index}` }],
        })),
      },
      { plan: known([]), results: standings.map((status, index) => result(`a.${index}`, status)) },
      OPT_IN,
    );

  it.each([
    [['pass', 'skip'] as const, true],
    [['pass', 'fail'] as const, false],
    [['pass', 'unknown'] as const, false],
    [['skip'] as const, false],
    [[] as const, false],
  ])('of %j is %j', (standings, holds) => {
    expect(allHold([document(...standings)])).toBe(holds);
  });

  it('counts', () => {
    expect(standingsOf([document('pass', 'fail', 'skip'), document('pass')])).toEqual({
      ...{ holds: 2, fails: 1, 'left-out': 1, accepted: 0, foreign: 0, unknown: 0 },
    });
  });
});

describe('the documents', () => {
  const evidence = DOCUMENTS.flatMap(({ criteria }) => criteria.flatMap((each) => each.evidence));

  it('are those of every task, and three that are more than a task, each once', () => {
    const others = ['4.5', 'local-backend', 'production-api'];
    const tasks = TASKS.map(({ id }) => id).filter((id) => !others.includes(id));
    expect(DOCUMENTS.map(({ id }) => id)).toEqual([...tasks, ...others]);
  });

  it('name only checks and sub-tasks that there are', () => {
    const checks = CATALOGUE.map(({ id }) => id);
    const subtasks = TASKS.flatMap((task) => task.subtasks.map(({ id }) => id));
    for (const each of evidence) {
      if ('check' in each) expect(checks).toContain(each.check);
      if ('subtask' in each) expect(subtasks).toContain(each.subtask);
    }
  });

  it('have something that decides each criterion, and every sub-task of every task', () => {
    for (const { criteria } of DOCUMENTS)
      for (const each of criteria) expect(each.evidence.length, each.text).toBeGreaterThan(0);
    for (const { subtasks } of TASKS)
      for (const { id } of subtasks) expect(evidence).toContainEqual({ subtask: id });
  });

  it('need no check that another document needs', () => {
    const ids = (...wanted: string[]) =>
      checksFor(selectDocuments(DOCUMENTS, wanted), CATALOGUE).map(({ id }) => id);
    expect(ids('local-backend')).toEqual(['python.packages', 'python.conflicts', 'python.imports']);
    expect(ids('production-api')).toEqual(
      ['endpoints', 'infrastructure', 'workers', 'concurrency', 'latency', 'rate-limit', 'limits'].map(
        (name) => `gateway.${name}`,
      ),
    );
    expect(ids('4.5')).toContain('access.secret-modes');
    expect(ids('4.5')).not.toContain('canary');
  });

  it('are chosen by id in their own order, and a wrong id is told with a guess', () => {
    expect(selectDocuments(DOCUMENTS, ['3.1', '0.4']).map(({ id }) => id)).toEqual(['0.4', '3.1']);
    expect(selectDocuments(DOCUMENTS, [])).toHaveLength(DOCUMENTS.length);
    expect(() => selectDocuments(DOCUMENTS, ['local-backnd'])).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ next: 'Did you mean local-backend?' }) }),
    );
  });

  it('say what is mistaken in them', () => {
    const said = DOCUMENTS.flatMap(({ corrections }) => corrections).join('\n');
    for (const word of [
      ...['aioredis', 'deadsnakes', 'ulimit -v', 'PostgreSQL 14', '/health', 'qdrant:latest'],
      ...['QDRANT_PRODUCTION_MODE', 'max_concurrent_requests', 'wrk', 'slowapi', 'gunicorn 21.2'],
      ...['uvicorn.workers', 'password'],
    ])
      expect(said).toContain(word);
  });
});

describe('the document of PostgreSQL', () => {
  const [document] = selectDocuments(DOCUMENTS, ['3.1']) as [DocumentSpec];
  const others = checksFor([document], CATALOGUE).map(({ id }) => result(id, 'pass'));

  /** Where everything else passed. */
  function seenWith(id: string, status: CheckResult['status']) {
    const results = [...others.filter((each) => each.id !== id), result(id, status)];
    return judgeDocument(document, { plan: known([]), results }, OPT_IN);
  }

  const RESTS_ON: [string, RegExp[]][] = [
    [
      'postgres.migrations',
      [/^Database schema/, /^Database migration/, /^Database performance/, /^\\dt/, /^migration test/],
    ],
    ['collections.count', [/^Data synchronization/]],
  ];

  it.each(RESTS_ON)('does not hold where %s fails, in each criterion that rests on it', (id, texts) => {
    const judged = seenWith(id, 'fail');
    expect(allHold([judged])).toBe(false);
    expect(judged.criteria.filter(({ standing }) => standing === 'fails')).toHaveLength(texts.length);
    for (const text of texts)
      expect(judged.criteria.find((each) => text.test(each.text))).toMatchObject({
        ...{ standing: 'fails', seen: `${id}: saw ${id}` },
      });
  });

  it.each(RESTS_ON)('leaves out, with the reason, what %s is skipped for', (id, texts) => {
    const judged = seenWith(id, 'skip');
    expect(allHold([judged])).toBe(true);
    for (const text of texts)
      expect(judged.criteria.find((each) => text.test(each.text))).toMatchObject({
        ...{ standing: 'left-out', seen: expect.stringContaining(`${id}: saw ${id}`) },
      });
  });

  it.each(RESTS_ON)('takes the commands that %s decides for holding where it passes', (id, texts) => {
    const judged = seenWith(id, 'pass');
    for (const each of judged.criteria)
      if (each.kind === 'command' && texts.some((text) => text.test(each.text)))
        expect(each.standing).toBe('holds');
  });
});
