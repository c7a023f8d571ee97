import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { corsAnswer } from '../../../../src/checks/probes/cors.js';
import { laterHttp } from '../../../../src/checks/probes/later.js';
import { unitMemoryMax } from '../../../../src/checks/probes/memory-max.js';
import { slotSettings } from '../../../../src/checks/probes/slot-settings.js';
import { vectorCounts } from '../../../../src/checks/probes/vector-counts.js';
import { ask, observe } from '../../../../src/host/probe.js';
import { localHost } from '../local-host.js';

const hasCurl = spawnSync('curl', ['--version']).status === 0;

describe('slotSettings', () => {
  const RUNS = [
    '@@ runs',
    'ExecMainStartTimestamp=@1795547858',
    'variable qdrant__log_level',
    'variable qdrant__telemetry_disabled',
    'environment telemetry_disabled false',
    'flag disable-telemetry',
    'file 1795547394 /opt/qdrant/config/qdrant-blue.yaml',
    'stated telemetry_disabled true',
    'stated service.metrics_port ',
    'end\n',
  ].join('\n');

  it('reads what a process was given', () => {
    expect(slotSettings.parse(RUNS, ['q.service'])).toEqual([
      {
        status: 'known',
        value: {
          started: 1_795_547_858,
          file: { path: '/opt/qdrant/config/qdrant-blue.yaml', written: 1_795_547_394 },
          inFile: { telemetry_disabled: 'true', 'service.metrics_port': '' },
          inEnvironment: { telemetry_disabled: 'false' },
          variables: ['qdrant__log_level', 'qdrant__telemetry_disabled'],
          disableTelemetry: true,
        },
      },
    ]);
  });

  it('reads that there is no file, or none at its place', () => {
    const without = RUNS.replace(/^(file|stated).*\n/gm, '');
    expect(slotSettings.parse(without, ['q'])[0]).toMatchObject({ value: { file: null, inFile: {} } });
    const absent = RUNS.replace('file 1795547394', 'file absent');
    expect(slotSettings.parse(absent, ['q'])[0]).toMatchObject({ value: { file: { written: null } } });
  });

  it('cannot be asked of a unit that does not run', () => {
    expect(slotSettings.parse('@@ stopped\n', ['q.service'])[0]).toMatchObject({ status: 'pending' });
  });

  it.each(['@@ unreadable\n', RUNS.replace('end\n', ''), RUNS.replace(/^ExecMain.*\n/m, ''), '@@ \n'])(
    'is unknown for %j',
    (stdout) => {
      expect(slotSettings.parse(stdout, ['q'])[0]?.status).toBe('unknown');
    },
  );

  it('refuses an answer for fewer units', () => {
    expect(() => slotSettings.parse('', ['q'])).toThrow();
  });
});

describe('corsAnswer', () => {
  it.each([
    ['@@ 0\nHTTP/1.1 200 OK\r\ncontent-length: 112\r\n', { allowed: null }],
    [
      '@@ 0\nHTTP/1.1 401 Unauthorized\r\nAccess-Control-Allow-Origin: http://a.invalid\r\nvary: Origin\r\n',
      { allowed: 'http://a.invalid' },
    ],
    ['@@ 7\n\n', null],
  ])('reads %j', (stdout, value) => {
    expect(corsAnswer.parse(stdout, [1])).toEqual([{ status: 'known', value }]);
  });

  it.each(['', '@@ 28\n\n', '@@ 52\n\n', '@@ 0\nSSH-2.0\n', '@@ \n', 'no-curl\n'])(
    'is unknown for %j',
    (stdout) => {
      expect(corsAnswer.parse(stdout, [1])[0]?.status).toBe('unknown');
    },
  );
});

describe.skipIf(!hasCurl)('requests of the checks of Qdrant', () => {
  let server: Server;
  let port: number;
  const seen: { at: number; headers: Record<string, unknown> }[] = [];

  beforeAll(async () => {
    server = createServer(({ headers }, response) => {
      seen.push({ at: Date.now(), headers });
      if (headers.origin !== undefined) response.setHeader('access-control-allow-origin', headers.origin);
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('come from a web page of another site', async () => {
    expect(await observe(localHost(), [ask(corsAnswer, port), ask(corsAnswer, 1)])).toEqual([
      { status: 'known', value: { allowed: 'http://vdb-check.invalid' } },
      { status: 'known', value: null },
    ]);
  });

  it('come once more, so many seconds later', async () => {
    const started = Date.now();
    const question = { port, path: '/', keyFile: null, seconds: 1 };
    expect(await observe(localHost(), [ask(laterHttp, question)])).toEqual([
      { status: 'known', value: { status: 200, body: '{}' } },
    ]);
    expect((seen.at(-1)?.at ?? 0) - started).toBeGreaterThanOrEqual(1000);
  });
});

describe('unitMemoryMax', () => {
  it('reads bytes, no limit, and a unit that is not there', () => {
    const stdout =
      'LoadState=loaded\nMemoryMax=1073741824\n\nMemoryMax=infinity\nLoadState=loaded\n\nLoadState=not-found\nMemoryMax=infinity\n';
    expect(unitMemoryMax.parse(stdout, ['a', 'b', 'c'])).toEqual([
      { status: 'known', value: 1024 ** 3 },
      { status: 'known', value: Number.POSITIVE_INFINITY },
      { status: 'known', value: null },
    ]);
  });

  it.each(['', 'LoadState=loaded\n', 'LoadState=loaded\nMemoryMax=[not set]\n'])('refuses %j', (stdout) => {
    expect(() => unitMemoryMax.parse(stdout, ['a'])).toThrow();
  });
});

describe('vectorCounts', () => {
  const question = { port: 5432, database: 'd' };

  it.each([
    ['@@\nnone\n', 'none'],
    ['@@\nend\n', {}],
    ['@@\n{"name" : "docs", "vectors" : 3}\n{"name" : "a|b", "vectors" : 0}\nend\n', { docs: 3, 'a|b': 0 }],
  ])('reads %j', (stdout, value) => {
    expect(vectorCounts.parse(stdout, [question])).toEqual([{ status: 'known', value }]);
  });

  it.each(['@@\nfailed\n', '@@\ncolumns\n', '@@\n{"name" : "docs", "vectors" : 3}\nfailed\n', '@@\n', ''])(
    'is unknown for %j',
    (stdout) => {
      expect(vectorCounts.parse(stdout, [question])[0]?.status).toBe('unknown');
    },
  );

  it('refuses rows that are none', () => {
    expect(() => vectorCounts.parse('@@\n{"name" : "docs"}\nend\n', [question])).toThrow();
  });

  it('waits for PostgreSQL', () => {
    expect(vectorCounts.parse('absent\n', [question])[0]?.status).toBe('pending');
  });
});
