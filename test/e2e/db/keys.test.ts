import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { onSharedHost } from '../support/shared.js';
import { canMigrate, db, sql } from './support.js';

interface Key {
  id: string;
  name: string;
  state: string;
}

onSharedHost('vdb db keys', (host) => {
  test('shows a new key once, on stdout alone, and keeps its hash', async (context) => {
    if (!(await canMigrate(host()))) return context.skip('the virtual environment has no layer to run');
    try {
      const issued = await host().vdb('db keys issue reports --scopes read,write --expires 2999-12-31');
      expect(issued.exitCode, issued.stderr).toBe(0);
      const key = issued.stdout.trim();
      expect(key).toMatch(/^\S{32,}$/);
      expect(issued.stderr).not.toContain(key);
      const digest = createHash('sha256').update(key).digest('hex');
      expect(await sql(host(), "SELECT encode(digest, 'hex') FROM api_keys WHERE name = 'reports'")).toBe(
        `${digest}\n`,
      );
      const seen = await host().inside(
        `grep -rlF -e ${key} /var/lib/vdb /var/log /opt/citadel 2>/dev/null || true`,
      );
      expect(seen).toBe('');
      expect(await db(host(), 'keys issue reports --scopes read', 1)).toMatchObject({
        error: { code: 'db.key-refused' },
      });

      const listed = await db(host(), 'keys list');
      expect(JSON.stringify(listed)).not.toContain(key);
      const [found] = (listed.keys as Key[]).filter(({ name }) => name === 'reports');
      expect(found).toMatchObject({
        scopes: ['read', 'write'],
        state: 'in force',
        expires_at: expect.stringContaining('2999-12-31'),
      });
      expect(await db(host(), `keys revoke ${found?.id}`)).toMatchObject({ changed: 1 });
      expect(await db(host(), `keys revoke ${found?.id}`, 2)).toMatchObject({ error: { code: 'usage' } });
      const shown = await host().vdb('db keys list');
      expect(shown.stdout).toMatch(/reports +read,write .* revoked$/m);
    } finally {
      await sql(host(), "DELETE FROM api_keys WHERE name = 'reports'");
    }
  });

  test.each([
    ['issue x', 'at least one scope'],
    ['issue x --scopes owner', 'no scope "owner"'],
    ['issue x --scopes read --expires soon', 'takes a day'],
    ['issue x --scopes read --expires 2001-01-01', 'in the past'],
    ['revoke x', 'by its number'],
  ])('refuses %s before it asks anybody', async (args, message) => {
    const ended = await host().vdb(`db keys ${args}`);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain(message);
  });
});
