import { expect, test } from 'vitest';
import { result } from '../support/lab.js';
import { onSharedHost } from './support/shared.js';

const LIMITS = '/etc/security/limits.d/60-vdb.conf';

onSharedHost('collections', (host) => {
  const ask = (method: string, path: string, body: unknown = {}) =>
    host().inside(
      `curl -fsS -X ${method} -H @/opt/qdrant/config/.admin-header -H 'content-type: application/json' \
       ${method === 'GET' ? '' : '--data-binary @-'} http://127.0.0.1:6333/collections/${path}`,
      method === 'GET' ? '' : JSON.stringify(body),
    );
  const configOf = async (name: string) =>
    (JSON.parse(await ask('GET', name)) as { result: { config: Record<string, Record<string, unknown>> } })
      .result.config;

  test('of another vector size are refused with the way to do it; what does not depend on them is done', async () => {
    await ask('DELETE', 'general');
    await ask('PUT', 'general', { vectors: { size: 128, distance: 'Cosine' } });
    await host().inside(`chmod 0600 ${LIMITS}`);
    const ended = await host().vdb('provision --skip 0.4');
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/Qdrant fixes .*size.* when a collection is created/);
    expect(ended.stderr).toMatch(/next:\s+Add a collection under a new name/);
    expect(ended.stderr).toContain('1 refused');
    expect(await host().inside(`stat -c %a ${LIMITS}`)).toBe('644\n');
    expect(await configOf('general')).toMatchObject({ params: { vectors: { size: 128 } } });
    await ask('DELETE', 'general');
    expect((await host().vdb('provision --only 1.4')).exitCode).toBe(0);
  });

  test('whose index settings drifted are patched in place', async () => {
    const wanted = (await configOf('phi3')).hnsw_config;
    await ask('PATCH', 'phi3', { hnsw_config: { m: 7, ef_construct: 33 } });
    const plan = await host().vdb('provision --only 1.4 --plan');
    expect(plan.stdout).toMatch(/update collection phi3/);
    expect(result(await host().vdb('provision --only 1.4 --json'))).toMatchObject({
      changed: 1,
      exit_code: 0,
    });
    expect((await configOf('phi3')).hnsw_config).toEqual(wanted);
  });

  test('that vdb does not know are left alone', async () => {
    await ask('PUT', 'stranger', { vectors: { size: 3, distance: 'Dot' } });
    expect(result(await host().vdb('provision --only 1.4 --json'))).toMatchObject({
      changed: 0,
      exit_code: 0,
    });
    expect(await configOf('stranger')).toMatchObject({ params: { vectors: { size: 3 } } });
    await ask('DELETE', 'stranger');
  });
});
