import { describe, expect, test } from 'vitest';
import { configSchema } from '../../../../src/config/schema.js';
import type { DeployRecord } from '../../../../src/deploy/record.js';
import {
  deployedText,
  deployMarkdown,
  deployPlanText,
  deployText,
  nextOf,
  standing,
} from '../../../../src/ui/deploy/status.js';
import { deployAt, IN_PLACE, second } from '../../../support/deploys.js';

const failure = { phase: 'bake', code: 'deploy.bake', message: '9 of 20 requests failed' } as const;

describe('where a deploy stands', () => {
  test.each([
    [true, 'at work in gate'],
    [false, 'cut short in gate'],
    [null, 'at work or cut short in gate'],
  ])('depends on the lock while it runs: locked %s', (isLocked, text) => {
    expect(standing(deployAt('gate', 'running'), { isLocked })).toBe(text);
  });

  test.each<[DeployRecord, string]>([
    [deployAt('cutover', 'pending', { state: 'paused' }), 'paused before cutover'],
    [deployAt('end', 'pending', { state: 'done' }), 'done: green serves'],
    [deployAt('end'), 'cut short in its last line'],
    [
      deployAt('gate', 'failed', { state: 'failed' }),
      'failed: blue serves, users were never sent to the new slot',
    ],
    [
      deployAt('bake', 'failed', { state: 'returned', failure }),
      'returned: blue serves, users were sent back',
    ],
    [deployAt('bake', 'failed', { withdrawing: 'failed' }), 'cut short while it is taken back'],
    [deployAt('bake', 'running', { state: 'aborted' }), 'aborted: blue serves, users were sent back'],
    [
      deployAt('gate', 'running', { state: 'aborted' }),
      'aborted: blue serves, users were never sent to the new slot',
    ],
  ])('is one line for each state: %#', (record, text) => {
    expect(standing(record, { isLocked: false })).toBe(text);
  });

  test('leaves two ways, one once the old slot is being retired, and none at its end', () => {
    expect(nextOf(deployAt('bake', 'running'))).toBe('vdb deploy continue, or vdb deploy abort');
    expect(nextOf(deployAt('retire', 'running'))).toBe('vdb deploy continue');
    expect(nextOf(deployAt('bake', 'running', { withdrawing: 'aborted' }))).toMatch(/^vdb deploy continue, /);
    expect(nextOf(deployAt('end', 'pending', { state: 'done' }))).toBeUndefined();
  });
});

describe('a deploy for people', () => {
  const text = (record: DeployRecord): string => deployText(record, { isLocked: false }, false);

  test.each<[DeployRecord, string]>([
    [deployAt('gate', 'running'), 'users are served by blue'],
    [deployAt('cutover', 'running'), 'users are served by blue or green: the switch was under way'],
    [deployAt('bake', 'running'), 'users are served by green'],
    [deployAt('gate', 'running', { withdrawing: 'failed' }), 'users are served by blue'],
    [deployAt('bake', 'running', { withdrawing: 'failed' }), 'users are served by blue or green'],
  ])('says who serves while it is open: %#', (record, serves) => {
    expect(text(record)).toContain(serves);
  });

  test('shows each phase with what it found, and what to do next', () => {
    const shown = text(deployAt('gate', 'pending', { state: 'paused' }));
    expect(shown.split('\n')).toEqual([
      'deploy 20300101T120000Z of the gateway, 2030-01-01 12:00:00Z by me@here',
      '  from  blue   gateway-1.0.0-old',
      '  to    green  gateway-1.1.0-new',
      '  paused before gate',
      '  users are served by blue',
      '',
      '  preflight  done  2.0 s  preflight is done',
      '  stage      done  2.0 s  stage is done',
      '  start      done  2.0 s  start is done',
      '  gate       -',
      '  cutover    -',
      '  outside    -',
      '  drain      -',
      '  bake       -',
      '  retire     -',
      '',
      'Next: vdb deploy continue, or vdb deploy abort',
    ]);
  });

  test('says why it failed, and offers nothing where nothing is left to do', () => {
    const shown = text(deployAt('bake', 'failed', { state: 'returned', failure }));
    expect(shown).toContain('failed in bake: 9 of 20 requests failed');
    expect(shown).not.toContain('Next:');
    expect(shown).not.toContain('users are served by');
  });
});

describe('the page of a deploy', () => {
  test('tells what was done, when, by whom, and what was found', () => {
    const page = deployMarkdown(deployAt('end', 'pending', { state: 'done', ended: second(18) }), 'one');
    expect(page).toMatch(/^# Deploy 20300101T120000Z of the gateway on one\n/);
    expect(page).toContain('- State: done: green serves\n');
    expect(page).toContain('- From 2030-01-01 12:00:00Z to 2030-01-01 12:00:18Z\n');
    expect(page).toContain('- By: me@here, with vdb 1: `vdb deploy`\n');
    expect(page).toContain('\n| drain | done | 2.0 s | drain is done |\n');
    expect(page.endsWith('|\n')).toBe(true);
  });

  test('holds its table together, whatever a phase found, and says why it failed', () => {
    const record = deployAt('bake', 'failed', { kind: 'rollback', state: 'returned', failure });
    record.phases[0] = { ...record.phases[0], name: 'preflight', status: 'done', note: 'one | two' };
    const page = deployMarkdown(record, 'one');
    expect(page).toContain('one \\| two |');
    expect(page).toContain('# Rollback ');
    expect(page).toContain('- Failed in bake: 9 of 20 requests failed');
    expect(page).toContain('| retire | pending |  |  |');
  });
});

test('the record says what clients met, once that is known', () => {
  const record = deployAt('end', 'pending', { state: 'done' });
  expect(deployMarkdown(record, 'one')).not.toContain('| requests |');
  const numbersOf = { cutover: { old_requests: 90, old_errors: 1, old_ms: 2.25 }, bake: { new_requests: 7 } };
  const phases = record.phases.map((phase) => {
    const numbers = numbersOf[phase.name as keyof typeof numbersOf];
    return numbers === undefined ? phase : { ...phase, numbers };
  });
  const page = deployMarkdown({ ...record, phases }, 'one');
  expect(page).toContain('| at the old slot, up to the cutover | 90 | 1 | 2.3 |');
  expect(page).toContain('| at the new slot, in the bake | 7 | 0 |  |');
});

describe('what a deploy would do', () => {
  const { deployment } = configSchema.pick({ deployment: true }).parse({ deployment: { bake_seconds: 90 } });

  test('is its slots, its phases and how long it is watched', () => {
    const text = deployPlanText(deployAt('preflight'), { deployment }, false);
    expect(text).toContain('serves now  blue   gateway-1.0.0-old');
    expect(text).toContain('will serve  green  gateway-1.1.0-new');
    expect(text).toContain('preflight, stage, start, gate, cutover, outside, drain, bake, retire');
    expect(text).toMatch(/bake +90 s/);
    expect(text).not.toContain('migrations');
  });

  test('says which migrations came, in its record as well', () => {
    const migrations = { expand: ['005_a'], contract: ['006_b'] };
    const page = deployMarkdown(deployAt('end', 'pending', { state: 'done', migrations }), 'one');
    expect(page).toContain('- Migrations: 005_a, 006_b (contracts)\n');
  });

  test('says which migrations come when, and that there is no way back after some', () => {
    const migrations = { expand: ['005_a'], contract: ['006_b', '007_c'] };
    const text = deployPlanText(deployAt('preflight', 'pending', { migrations }), { deployment }, false);
    expect(text).toContain('migrations  005_a, in stage');
    expect(text).toContain('migrations  006_b, 007_c, in retire: no way back');
  });
});

describe('a deploy in place', () => {
  const { deployment } = configSchema.pick({ deployment: true }).parse({});

  test('says before it begins that nobody is served meanwhile', () => {
    const text = deployPlanText(deployAt('preflight', 'pending', IN_PLACE), { deployment }, false);
    expect(text).toContain('phases      preflight, stage, restart, outside, bake, retire');
    expect(text).toMatch(/downtime +from the restart until it is ready/);
  });

  test('is told of without slots that nobody was sent to', () => {
    const status = (at: 'stage' | 'bake') => deployAt(at, 'failed', { ...IN_PLACE, state: 'failed' });
    expect(standing(status('stage'), { isLocked: false })).toBe('failed: blue serves, and was not restarted');
    expect(standing(status('bake'), { isLocked: false })).toBe(
      'failed: blue serves, again from gateway-1.0.0-old',
    );
    const text = deployText(deployAt('restart', 'running', IN_PLACE), { isLocked: true }, false);
    expect(text).toContain('users are served by blue, which is restarted in place');
  });

  test('compares what clients met before the restart with what they met after it', () => {
    const record = deployAt('end', 'pending', { ...IN_PLACE, state: 'done' });
    const phases = record.phases.map((phase) =>
      phase.name === 'restart' ? { ...phase, numbers: { old_requests: 5, new_requests: 5 } } : phase,
    );
    expect(deployMarkdown({ ...record, phases }, 'one')).toContain(
      '| at the old release, up to the restart | 5 | 0 |  |',
    );
  });
});

describe('the last lines of a deploy', () => {
  const line = (record: DeployRecord): string => deployedText(record, 'one', false);

  test('names the way back', () => {
    expect(line(deployAt('end', 'pending', { state: 'done' }))).toBe(
      'Done: one, gateway-1.1.0-new serves in green\nBack to gateway-1.0.0-old: vdb rollback',
    );
  });

  test('names no way back where a migration has closed it', () => {
    const migrations = { expand: [], contract: ['006_b'] };
    expect(line(deployAt('end', 'pending', { state: 'done', migrations }))).toContain(
      'No way back to gateway-1.0.0-old: it cannot live with 006_b.',
    );
  });

  test('names the settings where the release is the same', () => {
    const done = deployAt('end', 'pending', { state: 'done' });
    const from = { ...done.from, release: done.to.release };
    expect(line({ ...done, from })).toMatch(/\nBack to its settings of before: vdb rollback$/);
  });

  test('warns after a rollback that the configuration still names the other release', () => {
    const done = deployAt('end', 'pending', { state: 'done', kind: 'rollback' });
    expect(line(done)).toContain('The configuration still has the other release or settings');
  });

  test('says what it waits for, or that it was not deployed', () => {
    expect(line(deployAt('cutover', 'pending', { state: 'paused' }))).toBe(
      'Waits: one, paused before cutover\nNext: vdb deploy continue, or vdb deploy abort',
    );
    expect(line(deployAt('gate', 'failed', { state: 'failed' }))).toMatch(/^Not deployed: one, failed: blue/);
  });
});
