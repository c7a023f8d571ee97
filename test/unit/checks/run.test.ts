import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import type { Check } from '../../../src/checks/check.js';
import { defineCheck } from '../../../src/checks/check.js';
import { runChecks } from '../../../src/checks/run.js';
import { expect as holds, whenThere } from '../../../src/checks/verdict.js';
import { EXIT, VdbError } from '../../../src/errors.js';
import { ask, known, type ProbeKind } from '../../../src/host/probe.js';
import { sh } from '../../../src/host/shell.js';
import { localHost } from './local-host.js';
import { contextOf } from './support.js';

const echo: ProbeKind<string, string> = {
  name: 'echo',
  script: (words) => sh`printf '%s\n' ${words}`,
  parse: (stdout, words) => words.map((_, index) => known(stdout.split('\n')[index] ?? '')),
};

function says(id: string, ...words: string[]): Check {
  return defineCheck({
    id,
    group: 'host',
    severity: 'error',
    title: id,
    looksAt: 'a word',
    why: 'The word would be bad.',
    probe: () => words.map((word) => ask(echo, word)),
    judge: (observations) =>
      whenThere(observations.at(-1), 'silence', (last) => holds(last !== 'bad', last, 'good')),
    remedy: 'Say good.',
  });
}

const drift = CATALOGUE.filter(({ id }) => id === 'drift');
const noPlan = () => Promise.resolve([]);

describe('runChecks', () => {
  it('asks everything in one command and gives each check its own observations', async () => {
    const host = localHost();
    const checks = [says('a', 'x', 'good'), says('b', 'bad'), says('c', 'bad', 'good')];
    const results = await runChecks(host, checks, { context: contextOf(), lookAtPlan: noPlan });
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ['a', 'pass'],
      ['b', 'fail'],
      ['c', 'pass'],
    ]);
    expect(host.commandCount).toBe(1);
  });

  it('does not ask for what is skipped', async () => {
    const host = localHost();
    const skipped: Check = { ...says('a', 'bad'), skip: () => 'switched off' };
    const results = await runChecks(host, [skipped], { context: contextOf(), lookAtPlan: noPlan });
    expect(results[0]).toMatchObject({ status: 'skip', seen: 'switched off' });
    expect(host.commandCount).toBe(0);
  });

  it('lets what loads the server have its turn alone, when all else was seen', async () => {
    const order: string[] = [];
    const looking = (id: string, optIn?: true): Check => ({
      ...says(id),
      ...(optIn === undefined ? {} : { optIn }),
      look: async () => {
        order.push(`${id} begins`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push(`${id} ends`);
        return known('good');
      },
    });
    const checks = [looking('load', true), looking('canary', true), looking('quiet')];
    const results = await runChecks(localHost(), checks, { context: contextOf(), lookAtPlan: noPlan });
    expect(order).toEqual([
      ...['quiet begins', 'quiet ends', 'load begins', 'load ends', 'canary begins', 'canary ends'],
    ]);
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      ['load', 'pass'],
      ['canary', 'pass'],
      ['quiet', 'pass'],
    ]);
  });

  it('makes the plan only when a check needs it', async () => {
    let plans = 0;
    const request = {
      context: contextOf(),
      lookAtPlan: async () => {
        plans++;
        return [];
      },
    };
    await runChecks(localHost(), [says('a', 'good')], request);
    expect(plans).toBe(0);
    expect((await runChecks(localHost(), drift, request))[0]?.status).toBe('pass');
    expect(plans).toBe(1);
  });

  it('takes a plan that cannot be made for unknown', async () => {
    const lookAtPlan = () => Promise.reject(new Error('no such release'));
    const [result] = await runChecks(localHost(), drift, { context: contextOf(), lookAtPlan });
    expect(result).toMatchObject({ status: 'unknown', seen: 'no such release' });
  });

  it('ends when the connection is lost while the plan is made', async () => {
    const lost = new VdbError('lost', { code: 'host.connection-lost', exitCode: EXIT.unreachable });
    const request = { context: contextOf(), lookAtPlan: () => Promise.reject(lost) };
    await expect(runChecks(localHost(), drift, request)).rejects.toBe(lost);
  });
});

it('takes a judgement that cannot cope with what it saw for unknown, and spares the others', async () => {
  const broken: Check = {
    ...says('broken', 'good'),
    judge: () => {
      throw new Error('no such field');
    },
  };
  const results = await runChecks(localHost(), [broken, says('a', 'good')], {
    context: contextOf(),
    lookAtPlan: noPlan,
  });
  expect(results).toMatchObject([
    { id: 'broken', status: 'unknown', seen: 'vdb could not judge what it saw: no such field' },
    { id: 'a', status: 'pass' },
  ]);
});
