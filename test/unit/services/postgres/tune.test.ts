import { describe, expect, it } from 'vitest';
import { tunePostgres } from '../../../../src/services/postgres/tune.js';

const GIB = 1024 ** 3;

function tuned(memoryGib: number, more = {}): Record<string, string> {
  return tunePostgres({
    memoryBytes: memoryGib * GIB,
    cpus: 16,
    maxConnections: 200,
    listenAddresses: '127.0.0.1',
    port: 5432,
    ...more,
  });
}

describe('tunePostgres', () => {
  it.each([
    [1, '128MB', '4096kB'],
    [16, '512MB', '4096kB'],
    [64, '2048MB', '15728kB'],
    [256, '8192MB', '62914kB'],
    [1024, '8192MB', '65536kB'],
  ])('gives PostgreSQL an eighth of %d GiB', (memory, shared_buffers, work_mem) => {
    expect(tuned(memory)).toMatchObject({ shared_buffers, work_mem });
  });

  it('follows the share', () => {
    expect(tuned(64, { share: 0.5 }).shared_buffers).toBe('8192MB');
  });

  it('has passwords kept as SCRAM verifiers and listens where it is told', () => {
    expect(tuned(16)).toMatchObject({
      password_encryption: 'scram-sha-256',
      listen_addresses: '127.0.0.1',
      port: '5432',
      random_page_cost: '1.1',
    });
  });

  it('writes no unit that PostgreSQL does not know', () => {
    for (const value of Object.values(tuned(3.7)))
      expect(value).toMatch(/^([\d.]+(kB|MB|GB|s|min)?|[\w.*-]+)$/);
  });
});
