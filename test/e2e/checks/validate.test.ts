import { expect, test } from 'vitest';
import { type Ended, events, type LabHost, result } from '../../support/lab.js';
import { sample } from '../support/sampler.js';
import { onSharedHost } from '../support/shared.js';

const STRUCTLOG = '$(echo /opt/qdrant/venv/lib/python3.*/site-packages/structlog/__init__.py)';

/** How each criterion stands: `0.4 subtask 0.4.3`, or `3.1 criterion` with its text. */
function standings(ended: Ended): Map<string, string> {
  const criteria = events(ended.stdout).filter(({ type }) => type === 'check.criterion');
  return new Map(
    criteria.map(({ document, kind, id, text, standing }) => [
      `${document} ${kind} ${id ?? text}`,
      String(standing),
    ]),
  );
}

/** The criteria that hold before and not while something is broken, and how they stand then. */
async function lost(
  host: LabHost,
  breaking: string,
  mending: string,
  documents = '',
): Promise<Record<string, string>> {
  const before = standings(await host.vdb(`check validate ${documents} --json`));
  try {
    await host.inside(breaking);
    const ended = await host.vdb(`check validate ${documents} --json`);
    expect(ended.exitCode).toBe(3);
    expect(result(ended)).toMatchObject({ status: 'does-not-hold', exit_code: 3 });
    const after = [...standings(ended)];
    return Object.fromEntries(after.filter(([name, standing]) => standing !== before.get(name)));
  } finally {
    await host.inside(mending);
  }
}

onSharedHost('vdb check validate', (host) => {
  test('holds on a converged host, and says what is left out and why', async () => {
    const sampler = await sample(host());
    const ended = await host().vdb('check validate --json');
    expect(await sampler.stop()).toMatchObject({ busy: 0, unlocked: 0 });
    expect(ended.exitCode, ended.stdout).toBe(0);
    expect(result(ended)).toMatchObject({ status: 'holds', counts: { fails: 0, unknown: 0 } });
    // Facts, probes, files, the plan; and the hashes of the newest backup set, where another test has left one.
    expect(result(ended).ssh_commands).toBeLessThanOrEqual(5);
    const found = standings(ended);
    for (const [name, standing] of found) {
      if (name.startsWith('0.4 ') || name.startsWith('local-backend ')) expect(standing, name).toBe('holds');
      if (name.startsWith('production-api ')) expect(standing, name).toBe('left-out');
    }
    expect(found.get('0.4 command 1000 random vectors of 384 float32, timed')).toBe('holds');
    expect(found.get('3.1 subtask 3.1.1')).toBe('holds');
    for (const [name, standing] of found)
      if (name.startsWith('3.1 ')) expect(['holds', 'accepted'], name).toContain(standing);
    expect(found.get('3.1 subtask 3.1.5')).toBe('holds');
    expect(found.get('3.1 command connection pool test: each connection answers')).toBe('holds');
    expect(found.get('4.5 command health of Qdrant')).toBe('holds');
    const documents = events(ended.stdout).filter(({ type }) => type === 'check.document');
    expect(documents.find(({ id }) => id === '4.5')?.corrections).toContainEqual(
      expect.stringContaining('/livez'),
    );
  });

  test('a module that is damaged fails the import criteria, and those alone', async () => {
    const broken = await lost(
      host(),
      `cp -p ${STRUCTLOG} /run/kept.py && sed -i '1i raise ImportError("torn")' ${STRUCTLOG}`,
      `cp -p /run/kept.py ${STRUCTLOG} && rm /run/kept.py`,
      '0.4 3.1 local-backend',
    );
    expect(broken).toEqual({
      '0.4 criterion All required modules import without errors': 'fails',
      '0.4 command import of each documented module': 'fails',
      'local-backend criterion Import smoke test succeeds': 'fails',
      'local-backend command import pgvector.psycopg and the other key modules': 'fails',
    });
  });

  test('settings of the pool that everybody may read fail its sub-task and what follows from it', async () => {
    const broken = await lost(
      host(),
      'chmod 0644 /opt/citadel/.env',
      'chmod 0600 /opt/citadel/.env',
      '0.4 3.1',
    );
    expect(broken).toEqual({
      '3.1 criterion Connection pooling configured for high performance': 'fails',
      '3.1 subtask 3.1.4': 'fails',
    });
  });

  test('a Qdrant that is stopped fails its service, its health, and production readiness', async () => {
    const broken = await lost(
      host(),
      'systemctl stop qdrant@blue',
      'systemctl start qdrant@blue && sleep 2',
      '0.4 1.1 3.1 4.5 3.2',
    );
    expect(broken).toMatchObject({
      '1.1 subtask 1.1.3': 'fails',
      '4.5 command health of Qdrant': 'fails',
      '4.5 subtask 4.5.4': 'fails',
      '4.5 criterion Vector Database Server ready for production deployment': 'fails',
    });
    expect(Object.keys(broken).filter((name) => /^(0\.4|3\.1|3\.2) /.test(name))).toEqual([
      '3.1 criterion Data synchronization with Qdrant collections implemented',
    ]);
  });

  test('is readable in a pipe of 80 columns, and knows its documents', async () => {
    const { stdout, exitCode } = await host().vdb('check validate 3.1 production-api', { COLUMNS: '80' });
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toMatch(/^3\.1 PostgreSQL integration: \d+ of \d+ hold\b/);
    expect(stdout).toContain('production-api Production-grade API: nothing of it applies here');
    expect(stdout).toContain('Where the documents are mistaken, and what was done instead');
    expect(stdout).toMatch(/\nAll hold: shared, /);
    for (const line of stdout.trimEnd().split('\n').slice(0, -1)) expect(line.length).toBeLessThanOrEqual(80);
    expect((await host().vdb('check validate 9.9')).exitCode).toBe(2);
    expect((await host().vdb('check validate production-api')).exitCode).toBe(3);
  });
});
