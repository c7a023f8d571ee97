import { describe, expect, it } from 'vitest';
import { known, type Observation, pending } from '../../../../src/host/probe.js';
import { metrics } from '../qdrant-answers.js';
import { ABSENT, answered, contextOf, judged } from '../support.js';

const UNREADABLE = [answered(200, '<html>'), answered(200, ''), answered(500), answered('timeout'), ABSENT];

describe('qdrant.metrics', () => {
  const refused = answered(401, 'Must provide an API key or an Authorization bearer token');

  it('passes when the read-only key may read and nobody else', () => {
    expect(judged('qdrant.metrics', [metrics(), refused]).status).toBe('pass');
  });

  it('fails when a stranger may read', () => {
    expect(judged('qdrant.metrics', [metrics(), metrics()])).toMatchObject({
      status: 'fail',
      seen: '/metrics answers 200 to a stranger',
    });
  });

  it.each([401, 403])('fails when the read-only key gets %d', (status) => {
    expect(judged('qdrant.metrics', [answered(status), refused])).toMatchObject({
      status: 'fail',
      seen: `the read-only key is refused (${status})`,
    });
  });

  it.each(UNREADABLE)('is unknown when what comes is no metrics', (answer) => {
    expect(judged('qdrant.metrics', [answer, refused]).status).toBe('unknown');
  });

  it('is unknown when the stranger gets no answer', () => {
    for (const silence of [answered('timeout'), ABSENT])
      expect(judged('qdrant.metrics', [metrics(), silence]).status).toBe('unknown');
  });
});

describe('qdrant.recovery-mode', () => {
  it.each([
    [0, 'pass', 'off'],
    [1, 'fail', 'on'],
  ])('reads %d', (app_status_recovery_mode, status, seen) => {
    const result = judged('qdrant.recovery-mode', [metrics({ app_status_recovery_mode })]);
    expect(result).toMatchObject({ status, seen, severity: 'critical' });
  });

  it.each([...UNREADABLE, metrics({ app_status_recovery_mode: null })])(
    'is unknown without its metric',
    (answer) => {
      expect(judged('qdrant.recovery-mode', [answer]).status).toBe('unknown');
    },
  );
});

describe.each([
  ['qdrant.mmaps', 'process_open_mmaps', 'system_max_mmaps'],
  ['qdrant.fds', 'process_open_fds', 'process_max_fds'],
])('%s', (id, used, most) => {
  it.each([
    [799, 1000, 'pass'],
    [800, 1000, 'fail'],
    [5000, 0, 'pass'],
  ])('%d of %d: %s', (have, max, status) => {
    expect(judged(id, [metrics({ [used]: have, [most]: max })]).status).toBe(status);
  });

  it('takes the configured limit', () => {
    const context = contextOf({ checks: { thresholds: { [id]: 50 } } });
    const result = judged(id, [metrics({ [used]: 60, [most]: 100 })], context);
    expect(result).toMatchObject({ status: 'fail', expected: 'less than 50 %' });
  });

  it.each([...UNREADABLE, metrics({ [used]: null }), metrics({ [most]: null })])(
    'is unknown without its metrics',
    (answer) => {
      expect(judged(id, [answer]).status).toBe('unknown');
    },
  );
});

describe('qdrant.memory', () => {
  const MIB = 1024 ** 2;
  const resident = (mib: number) => metrics({ memory_resident_bytes: mib * MIB });

  it.each([
    [79, 100, 'pass', '79 MiB of the 100 MiB of its unit (79 %)'],
    [80, 100, 'fail', '80 MiB of the 100 MiB of its unit (80 %)'],
  ])('judges %d MiB of %d', (used, most, status, seen) => {
    expect(judged('qdrant.memory', [resident(used), known(most * MIB)])).toMatchObject({ status, seen });
  });

  it('takes the memory of the host where the unit has no limit', () => {
    const unlimited = known(Number.POSITIVE_INFINITY);
    expect(judged('qdrant.memory', [resident(60_000), unlimited])).toMatchObject({
      status: 'fail',
      seen: '60000 MiB of the 65536 MiB of the host (92 %)',
    });
    const unseen: Observation<never> = { status: 'unknown', why: 'no facts' };
    const context = { ...contextOf(), facts: unseen };
    expect(judged('qdrant.memory', [resident(1), unlimited], context)).toMatchObject({
      status: 'unknown',
      seen: 'no facts',
    });
  });

  it('is unknown without the metric or the unit', () => {
    expect(judged('qdrant.memory', [metrics({ memory_resident_bytes: null }), known(1)]).status).toBe(
      'unknown',
    );
    expect(judged('qdrant.memory', [resident(1), ABSENT]).status).toBe('unknown');
    for (const answer of UNREADABLE)
      expect(judged('qdrant.memory', [answer, known(1)]).status).toBe('unknown');
  });
});

describe('qdrant.issues', () => {
  const issues = (...descriptions: unknown[]) =>
    answered(200, { result: { issues: descriptions.map((description) => ({ id: 'x', description })) } });

  it('passes without any', () => {
    expect(judged('qdrant.issues', [issues()])).toMatchObject({ status: 'pass', seen: 'none' });
  });

  it('warns of one and of several, in the words of Qdrant', () => {
    expect(judged('qdrant.issues', [issues('a is slow')])).toMatchObject({
      status: 'warn',
      seen: 'a is slow',
    });
    expect(judged('qdrant.issues', [issues('a', 'b')])).toMatchObject({
      status: 'warn',
      seen: '2 issues',
      details: ['a', 'b'],
    });
  });

  it.each([...UNREADABLE, issues(7), answered(200, { result: {} })])('is unknown otherwise', (answer) => {
    expect(judged('qdrant.issues', [answer]).status).toBe('unknown');
  });
});

describe('qdrant.settings', () => {
  const OFF = known({ allowed: null });
  const STATED = {
    telemetry_disabled: 'true',
    'service.enable_cors': 'false',
    'service.enable_snapshot_url_recovery': 'false',
  };
  const given = (changes: Record<string, unknown> = {}) =>
    known({
      started: 1_800_000_000,
      file: { path: '/opt/qdrant/config/qdrant-blue.yaml', written: 1_799_999_000 },
      inFile: STATED,
      inEnvironment: {},
      variables: [],
      disableTelemetry: false,
      ...changes,
    });

  it('passes with what vdb writes', () => {
    expect(judged('qdrant.settings', [OFF, given()]).status).toBe('pass');
  });

  it("fails when a web page of another site is let in, and repairs only what is the file's", () => {
    const on = known({ allowed: 'http://vdb-check.invalid' });
    expect(judged('qdrant.settings', [on, given()])).toMatchObject({
      status: 'fail',
      seen: 'CORS on: allows http://vdb-check.invalid',
      fix: '1.1',
    });
    const overridden = given({ inEnvironment: { 'service.enable_cors': 'true' } });
    expect(judged('qdrant.settings', [on, overridden]).fix).toBeUndefined();
  });

  it.each([
    [{ inFile: { ...STATED, 'service.enable_snapshot_url_recovery': 'true' } }, '1.1'],
    [{ inFile: { telemetry_disabled: 'true' } }, '1.1'],
    [{ inFile: { ...STATED, telemetry_disabled: 'no' } }, '1.1'],
    [{ inEnvironment: { 'service.enable_snapshot_url_recovery': 'YES' } }, undefined],
    [{ inEnvironment: { telemetry_disabled: '0' } }, undefined],
    [{ inEnvironment: { 'service.metrics_port': '9999' } }, undefined],
    [{ file: null }, undefined],
    [{ file: { path: '/x', written: null } }, undefined],
  ])('fails with %j', (changes, fix) => {
    const result = judged('qdrant.settings', [OFF, given(changes)]);
    expect(result.status).toBe('fail');
    expect(result.fix).toBe(fix);
  });

  it('wants telemetry where the configuration does', () => {
    const context = contextOf({ qdrant: { ...contextOf().config.qdrant, telemetry: true } });
    expect(judged('qdrant.settings', [OFF, given()], context).status).toBe('fail');
    const on = given({ inFile: { ...STATED, telemetry_disabled: 'false' } });
    expect(judged('qdrant.settings', [OFF, on], context).status).toBe('pass');
    const flagged = given({ inFile: { ...STATED, telemetry_disabled: 'false' }, disableTelemetry: true });
    expect(judged('qdrant.settings', [OFF, flagged], context).status).toBe('fail');
    expect(judged('qdrant.settings', [OFF, flagged]).status).toBe('pass');
  });

  it('warns of variables, by name, and of a file that is newer than the process', () => {
    const variables = given({ variables: ['qdrant__log_level', 'qdrant__service__api_key'] });
    expect(judged('qdrant.settings', [OFF, variables])).toMatchObject({
      status: 'warn',
      seen: 'the environment overrides the configuration file: QDRANT__LOG_LEVEL, QDRANT__SERVICE__API_KEY',
    });
    const newer = given({ file: { path: '/x', written: 1_800_000_001 } });
    expect(judged('qdrant.settings', [OFF, newer])).toMatchObject({
      status: 'warn',
      seen: '/x was written after Qdrant started',
    });
  });

  it('names everything that is wrong', () => {
    const both = given({ inFile: {} });
    expect(judged('qdrant.settings', [OFF, both]).seen).toBe(
      'service.enable_snapshot_url_recovery is not stated; telemetry_disabled is not stated',
    );
  });

  it('is unknown for a value that is neither true nor false, and for what could not be seen', () => {
    const garbled = given({ inFile: { ...STATED, telemetry_disabled: '?' } });
    expect(judged('qdrant.settings', [OFF, garbled]).status).toBe('unknown');
    expect(judged('qdrant.settings', [OFF, pending('it does not run')]).status).toBe('unknown');
    expect(judged('qdrant.settings', [ABSENT, given()]).status).toBe('unknown');
  });
});
