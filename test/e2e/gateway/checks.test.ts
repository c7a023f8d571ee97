import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import type { LabHost } from '../../support/lab.js';
import { DEPLOYMENT, expectFound, resultsOf } from '../checks/breakage.js';
import { vdbWith } from '../support/configuration.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove, WITHOUT_PYTHON } from '../support/site.js';
import { testThorough } from '../support/thorough.js';
import { shelfBehindEdge, textOf } from './faults.js';
import { type Answered, eventually, tableOf } from './load.js';

const NAME = 'gateway-checks';
const UNIT = 'api-gateway@blue-1.service';
const ENVIRONMENT = '/opt/qdrant/config/gateway-blue-1.env';
const PORT = 8001;

const READY = `for try in $(seq 150); do
  curl -fs -o /dev/null http://127.0.0.1:${PORT}/livez && break; sleep 0.2
done`;

async function edit(file: string, change: (document: Document) => void): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  change(document);
  await writeFile(file, document.toString());
}

/** Starts the gateway with another environment than that of its configuration. */
function started(variable: string, value: string): string {
  return `sed -i 's/^${variable}=.*/${variable}=${value}/' ${ENVIRONMENT}
    systemctl restart ${UNIT}; ${READY}`;
}

describeLab('checks of the gateway', () => {
  let host: LabHost;
  const check = async (args: string) => resultsOf(await host.vdb(`check ${args} --json`));
  /** What depends on the gateway's own settings is found as drift too. */
  const DRIFT = ['drift.plan', /^drift/];
  const found = (breakage: Parameters<typeof expectFound>[1]) => expectFound(host, breakage);

  beforeAll(async () => {
    host = await hostWithGateway(NAME);
    const ended = await host.vdb(`provision ${WITHOUT_PYTHON}`);
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
  });
  afterAll(() => remove(NAME));

  const UNDER_LOAD = ['gateway.concurrency', 'gateway.latency'];

  test('all pass on a host that was provisioned', async () => {
    const results = [...(await check(`gateway --exclude ${UNDER_LOAD.join(',')}`)).values()];
    const others = results.filter(({ status }) => status !== 'pass');
    expect(others.map(({ id, seen }) => `${id}: ${seen}`)).toEqual([
      expect.stringMatching(/^gateway.search: none of \d+ collections has 3 points yet$/),
    ]);
  });

  testThorough('those under load pass too', async () => {
    const results = [...(await check(UNDER_LOAD.join(' '))).values()];
    expect(results.map(({ id, status }) => [id, status])).toEqual(UNDER_LOAD.map((id) => [id, 'pass']));
  });

  describe('find, by the deep readiness of the gateway,', () => {
    test.each([
      ['PostgreSQL', 'postgresql@17-main', 'postgresql', 'fail'],
      ['Qdrant', 'qdrant@blue', 'qdrant', 'fail'],
      ['Redis, which it can do without,', 'redis-server', 'redis', 'warn'],
    ] as const)('that %s is down, and recover with it', async (_, unit, name, status) => {
      await found({
        id: 'gateway.ready',
        status,
        seen: new RegExp(`${name} \\(`),
        break: `systemctl stop ${unit}; sleep 2`,
        mend: `systemctl start ${unit}
          for try in $(seq 100); do curl -fs http://127.0.0.1:${PORT}/readyz | grep -q '"status":"ready"' && break; sleep 0.2; done`,
        relatives: [/./],
      });
    });

    test('that it does not run', () =>
      found({
        id: 'gateway.ready',
        seen: /nothing listens on port 8001/,
        break: `systemctl stop ${UNIT}`,
        relatives: [DEPLOYMENT, /^gateway\./, 'network.listeners', ...DRIFT],
      }));
  });

  test('find that a version is not served, and mend it', () =>
    found({
      id: 'gateway.endpoints',
      seen: /\/v1\/health answers 404/,
      break: started('API_VERSION', 'v9'),
      relatives: [/^gateway\./, ...DRIFT],
    }));

  test('find a gateway that asks nobody for a key, and mend it', () =>
    found({
      id: 'gateway.auth',
      seen: /answers 200 to a stranger/,
      break: started('API_KEY_AUTH', 'false'),
      relatives: DRIFT,
    }));

  test('find that it runs from another release than the active one, and mend it', () =>
    found({
      id: 'gateway.release',
      seen: /runs from \/opt\/qdrant\/releases\/gateway-/,
      break: `cp -a "$(readlink -f /opt/qdrant/gateway/blue-1)" /opt/qdrant/releases/gateway-other
        ln -sfn /opt/qdrant/releases/gateway-other /opt/qdrant/gateway/blue-1`,
      relatives: DRIFT,
    }));

  testThorough('find workers that are missing, and mend it', () =>
    found({
      id: 'gateway.workers',
      seen: /1 workers/,
      break: started('GUNICORN_WORKERS', '1'),
      relatives: DRIFT,
    }),
  );

  test('find a worker that was lost, though another has taken its place', () =>
    found({
      id: 'gateway.workers',
      status: 'warn',
      seen: /2 workers, 1 lost and replaced/,
      break: `kill -KILL "$(pgrep -P "$(systemctl show -p MainPID --value ${UNIT})" | head -n 1)"; sleep 2`,
      mend: `systemctl restart ${UNIT}; ${READY}`,
    }));

  testThorough('find a limit that is not there, and mend it', () =>
    found({
      id: 'gateway.rate-limit',
      seen: /none of 35 searches was refused/,
      break: started('RATE_LIMIT_ENABLED', 'false'),
      relatives: DRIFT,
    }),
  );

  testThorough('find limits that are not those of the configuration, and mend it', () =>
    found({
      id: 'gateway.limits',
      seen: /101 results is answered by 200/,
      break: started('MAX_RESULTS_K', '1000'),
      relatives: DRIFT,
    }),
  );

  testThorough(
    'find a call that blocks the workers: searches then wait for each other, and so does health',
    async () => {
      const file = '"$(readlink -f /opt/qdrant/gateway/blue-1)"/gateway/domain/vectors.py';
      const under = async () => {
        const seen = await check(UNDER_LOAD.join(' '));
        return UNDER_LOAD.map((id) => seen.get(id));
      };
      try {
        await host.inside(`cp -p ${file} /run/kept.py
        sed -i '/^async def search/,$ s/^    started = .*/&; time.sleep(0.3)/' ${file}
        grep -q sleep ${file} && systemctl restart ${UNIT}; ${READY}`);
        expect(await under()).toMatchObject([
          {
            status: 'fail',
            seen: expect.stringMatching(/^20 searches in [3-9]\.\d\d s, one alone in 0\.\d\d s$/),
          },
          { status: 'fail', seen: expect.stringMatching(/^95 of 100 within \d{3,} ms/) },
        ]);
      } finally {
        await host.inside(`cp -p /run/kept.py ${file}; rm /run/kept.py; systemctl restart ${UNIT}; ${READY}`);
      }
      expect(await under()).toMatchObject([{ status: 'pass' }, { status: 'pass' }]);
    },
  );

  test('search where there is something to find, and find a key that is not known', async () => {
    const points = [1, 2, 3].map((n) => ({
      id: `00000000-0000-4000-8000-00000000000${n}`,
      vector: Array.from({ length: 384 }, (_, index) => Math.sin(n * index)),
    }));
    await host.inside(
      `curl -fsS -o /dev/null -H @/opt/qdrant/config/.gateway-header -H 'content-type: application/json' --data-binary @- http://127.0.0.1:${PORT}/v1/vectors/upsert`,
      JSON.stringify({ collection: 'general', points }),
    );
    const seen = (await check('gateway.search')).get('gateway.search');
    expect(seen).toMatchObject({ status: 'pass', seen: expect.stringMatching(/^3 of general in \d+ ms$/) });
    const withAnotherKey = await vdbWith(
      host,
      (document) => document.setIn(['gateway', 'api_key'], 'Mq8vTn3kXs6wLb1cRd9f'),
      'check gateway.search --json',
    );
    expect(resultsOf(withAnotherKey).get('gateway.search')).toMatchObject({
      ...{ status: 'unknown', seen: expect.stringMatching(/^401: /) },
    });
  });

  test('leave their results where the gateway answers with them', async () => {
    const asked = () =>
      host.inside(
        `curl -s -H @/opt/qdrant/config/.gateway-header http://127.0.0.1:${PORT}/api/v1/production/readiness`,
      );
    expect(JSON.parse(await asked())).toMatchObject({ status: 'unknown' });
    await host.vdb('check readiness --record');
    const answer = JSON.parse(await asked()) as { status: string; results: { id: string }[] };
    expect(['ready', 'not-ready']).toContain(answer.status);
    expect(answer.results.map(({ id }) => id)).toContain('gateway.ready');
  });

  test('record no part of readiness as the whole', async () => {
    const ended = await host.vdb('check redis --record');
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('whole of readiness') });
  });

  /** What happens to a dependency, and what the gateway then says of it. */
  const FAULTS = [
    { name: 'PostgreSQL stopped', unit: 'postgresql@17-main', dependency: 'postgresql', ready: 503 },
    { name: 'Redis stopped', unit: 'redis-server', dependency: 'redis', ready: 200 },
    { name: 'Qdrant stopped', unit: 'qdrant@blue', dependency: 'qdrant', ready: 503 },
  ];
  /** The slowest machine on which two of these files run still answers within it; what hangs does not. */
  const LONGEST_MS = 15_000;

  testThorough(
    'a dependency that stops under load is named by each 503, and all recovers by itself',
    async () => {
      await edit(join(host.directory, 'vdb.yaml'), (document) => {
        document.setIn(['gateway', 'test_embedder'], true);
        for (const rate of ['default', 'search', 'write'])
          document.setIn(['gateway', 'rate_limit', rate], '100000/minute');
      });
      const ended = await host.vdb('provision --only 1.2');
      expect(ended.exitCode, ended.stdout + ended.stderr).toBe(0);
      const processes = () =>
        host.inside(`pid=$(systemctl show -p MainPID --value ${UNIT}); echo $pid; pgrep -P $pid`);
      const before = await processes();
      const shelf = await shelfBehindEdge(host);
      try {
        const load = shelf.load();
        const seen: { name: string; answers: Answered[] }[] = [];
        for (const { name, unit, dependency, ready } of FAULTS) {
          await sleep(1000);
          await host.inside(`systemctl stop ${unit}`);
          await eventually(async () => {
            const { httpStatus, dependencies } = await shelf.readiness();
            return httpStatus === ready && dependencies?.[dependency]?.status === 'down';
          }, `/readyz names ${dependency}`);
          // Longer than keys are remembered, and than HAProxy needs to take a server out.
          await sleep(8000);
          await host.inside(`systemctl start ${unit}`);
          await eventually(
            async () => (await shelf.readiness()).status === 'ready',
            `${dependency} is up again`,
          );
          await sleep(1000);
          seen.push({ name, answers: load.answers() });
        }
        await sleep(1000);
        const after = load.answers();
        await load.stop();
        console.info(tableOf([...seen, { name: 'none, afterwards', answers: after }]));

        const unexplained = FAULTS.flatMap(({ name, dependency }, index) =>
          (seen[index]?.answers ?? [])
            .filter(
              ({ status, problem, ms }) =>
                ms > LONGEST_MS ||
                (!(status >= 200 && status < 300) && !(status === 503 && problem?.dependency === dependency)),
            )
            .map((answer) => ({ name, ...answer })),
        );
        expect(unexplained).toEqual([]);
        const refused = (index: number) => seen[index]?.answers.filter(({ status }) => status === 503).length;
        expect(refused(0)).toBeGreaterThan(0);
        expect(refused(1)).toBe(0);
        expect(refused(2)).toBeGreaterThan(0);
        expect(seen[2]?.answers.some(({ kind, status }) => kind === 'write' && status === 202)).toBe(true);
        expect(after.filter(({ status }) => status >= 300 || status === 0)).toEqual([]);
        expect(await processes()).toBe(before);

        await eventually(async () => (await shelf.waiting()) === 0, 'all writes are in Qdrant');
        const there = await shelf.indexed();
        const written = [...shelf.acknowledged];
        expect(written.length).toBeGreaterThan(50);
        expect(written.filter((id) => !there.has(id))).toEqual([]);
        for (const id of written.slice(-3)) expect(await shelf.nearest(textOf(id))).toBe(id);
      } finally {
        await shelf.close();
      }
    },
  );
});
