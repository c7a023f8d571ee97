import { describe, expect, test } from 'vitest';
import { gatewayKey } from '../../../src/resources/gateway-key.js';
import { answer, commandsFor, scriptOf, summaryOf } from '../../support/resource-table.js';

const KEY = 'Vq3xTn8wLr5yKc2mBd7f';
const resource = gatewayKey({
  ...{ name: 'vdb', key: KEY, scopes: ['admin'], header: '/opt/q/config/.gateway-header', database: 'meta' },
  ...{ home: '/opt/q/gateway/blue-1', user: 'gateway', environment: '/opt/q/config/gateway-blue-1.env' },
});
const found = (row: object) =>
  `ready\n${JSON.stringify({ digest: 'configured', scopes: ['admin'], expires: false, ...row })}\n`;

describe("the gateway's key", () => {
  test.each([
    ['that is in force', found({}), null],
    ['of which there is none', 'ready\nnone\n', 'key with the scope admin'],
    ['that is another one', found({ digest: 'ab' }), 'it is another key'],
    ['with other rights', found({ scopes: ['read'] }), 'scopes read, want admin'],
    ['that expires', found({ expires: true }), 'it expires'],
  ])('%s', (_, stdout, summary) => {
    expect(summaryOf(resource, stdout)).toBe(summary);
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
