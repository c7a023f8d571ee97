import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { gatewayKey } from '../../../src/resources/gateway-key.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';

const KEY = 'Vq3xTn8wLr5yKc2mBd7f';
const resource = gatewayKey({
  ...{ name: 'vdb', key: KEY, scopes: ['admin'], header: '/opt/q/config/.gateway-header', database: 'meta' },
  release: {
    home: '/opt/q/gateway/blue-1',
    user: 'gateway',
    environment: '/opt/q/config/gateway-blue-1.env',
  },
});
const fingerprint = (key: string) => createHash('sha256').update(key).digest('hex').slice(0, 16);
const said = (row: object, header = KEY) =>
  `ready\n${JSON.stringify({ current: null, others: null, ...row })}\n${fingerprint(header)}\n`;
const found = (row: object) =>
  said({ current: { digest: 'configured', scopes: ['admin'], expires: false, ...row } });
const OTHERS = [{ digest: 'other', name: 'app', revoked: false }];
const revoked = [...OTHERS, { digest: 'configured', name: 'vdb', revoked: true }];

describe("the gateway's key", () => {
  test.each([
    ['that is in force', found({}), null],
    ['of which there is none', said({ others: OTHERS }), 'key with the scope admin'],
    ['that is another one', found({ digest: 'other' }), 'it is another key'],
    ['with other rights', found({ scopes: ['read'] }), 'scopes read, want admin'],
    ['that expires', found({ expires: true }), 'it expires'],
    ['in place of one that was revoked', said({ others: revoked }, 'another'), 'key with the scope admin'],
  ])('%s', (_, stdout, summary) => {
    expect(summaryOf(resource, stdout)).toBe(summary);
  });

  test.each([
    ['was revoked', revoked, 'this key was revoked (as vdb)'],
    [
      'is in force under another name',
      [{ digest: 'configured', name: 'app', revoked: false }],
      'this key is in force (as app)',
    ],
  ])('that %s is refused by the plan already', (_, others, why) => {
    const have = answer(resource, said({ others }));
    if (have.status !== 'known') throw new Error('not seen');
    expect(resource.diff(have.value)).toMatchObject({
      refused: { why, next: expect.stringContaining('gateway.api_key another value') },
    });
  });

  test('never leaves the host, nor does a hash of any', () => {
    const digest = createHash('sha256').update(KEY).digest('hex');
    const other = createHash('sha256').update('other').digest('hex');
    const row = JSON.stringify({ current: { digest }, others: [{ digest: other, name: 'app' }] });
    const directory = mkdtempSync(join(tmpdir(), 'vdb-key-'));
    try {
      writeFileSync(join(directory, 'header'), `x-api-key: ${KEY}\n`);
      const script = scriptOf(resource)
        .replaceAll('/opt/q/config/.gateway-header', join(directory, 'header'))
        .replace(/answer=\$\([\s\S]*\) \|\| exit 1/, `answer='${row}'`);
      const shown = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
      expect(shown).toBe(
        `{"current":{"digest":"configured"},"others":[{"digest":"other","name":"app"}]}\n${fingerprint(KEY)}\n`,
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  test.each([
    ['before PostgreSQL', 'absent\n', 'not installed'],
    [
      'before its database',
      'refused psql: error: FATAL:  database "meta" does not exist\n',
      'does not answer',
    ],
    ['before the migrations', 'ready\nmissing\n', 'not there yet'],
  ])('cannot be seen %s', (_, stdout, why) => {
    expect(answer(resource, stdout)).toEqual({ status: 'pending', why: expect.stringContaining(why) });
  });

  test('is asked for again where the configured one changes', () => {
    expect(resource.predict?.(new Set(['file:/opt/q/config/.gateway-header']))).toMatchObject({
      action: 'update',
    });
    expect(resource.predict?.(new Set(['file:/elsewhere']))).toBeNull();
  });

  test('is in no script, only on standard input', () => {
    const [command] = resource.apply({ action: 'create', summary: '' }, null);
    expect(command?.stdin).toBe(`${KEY}\n`);
    expect([...commandsFor(resource, null), scriptOf(resource)].join()).not.toContain(KEY);
  });

  test.each([
    ['key_refused', 'this key was revoked (as x)', 'gateway.api_key another value'],
    ['schema', 'the schema is not that of this release', 'vdb provision --only 3.1,1.2'],
  ])('that the database layer does not take is explained in its words: %s', (code, message, next) => {
    const stderr = JSON.stringify({ error: { code, message } });
    const said = resource.explain?.({ exitCode: 1, stdout: '', stderr, durationMs: 0 });
    expect(said).toEqual({ meaning: expect.stringContaining(message), next: expect.stringContaining(next) });
  });
});
