import { expect, test } from 'vitest';
import type { Document } from 'yaml';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { testThorough } from '../support/thorough.js';
import { DEPLOYMENT, expectFound, quickly, resultsOf } from './breakage.js';
import {
  CONFIG,
  PID,
  PORT,
  RESTART,
  request,
  STUB_GONE,
  stubInstead,
  UNIT,
  WITHOUT_ENVIRONMENT,
  withConfiguration,
  withEnvironment,
} from './qdrant-host.js';

/** What cannot be seen, or is down too, while Qdrant is. */
const DOWN = [
  ...[DEPLOYMENT, /^qdrant\./, /^collections\./, /^capacity\./, /^drift/, /^host\./],
  'network.listeners',
];
const SOMEBODY = { mend: WITHOUT_ENVIRONMENT, relatives: ['qdrant.settings'] };
const FEW_MAPS = '/run/vdb-few-maps';

onSharedHost('checks of Qdrant', (host) => {
  const metric = async (name: string): Promise<number> => {
    const text = await host().inside(
      `curl -fsS -H @/opt/qdrant/config/.admin-header http://127.0.0.1:${PORT}/metrics`,
    );
    return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
  };

  test('find that it is stopped, and start it', () =>
    expectFound(host(), {
      id: 'qdrant.livez',
      seen: /nothing listens on port 6333/,
      break: `systemctl stop ${UNIT}`,
      relatives: DOWN,
    }));

  test('find that it is not ready (a stub: a node alone is always ready)', () =>
    expectFound(host(), {
      id: 'qdrant.readyz',
      seen: /\/readyz answers 503/,
      break: stubInstead('echo 503 >_readyz.status'),
      mend: STUB_GONE,
      relatives: DOWN,
    }));

  testThorough('find that it hangs, and take nothing for fine (a stub)', () =>
    expectFound(host(), {
      id: 'qdrant.livez',
      seen: /does not answer in time/,
      break: stubInstead('touch hang'),
      mend: STUB_GONE,
      relatives: DOWN,
    }),
  );

  testThorough('find that it is frozen, though systemd calls it active, and restart it', () =>
    expectFound(host(), {
      id: 'qdrant.livez',
      seen: /does not answer in time/,
      break: `systemctl kill -s STOP ${UNIT}`,
      relatives: DOWN,
    }),
  );

  test('find something else in its place (a stub)', () =>
    expectFound(host(), {
      id: 'qdrant.genuine',
      status: 'warn',
      seen: /something else 1\.18\.3/,
      break: stubInstead(`echo '{"title":"something else","version":"1.18.3"}' >_`),
      configure: (document) => document.setIn(['qdrant', 'artifact'], { from: 'emulator' }),
      mend: STUB_GONE,
      relatives: DOWN,
    }));

  test.each([
    ['1.20.0', 'qdrant.upgrade-path', /1\.18\.3 runs, 1\.20\.0 is configured/],
    ['1.17.9', 'qdrant.upgrade-path', /1\.18\.3 runs, 1\.17\.9 is configured/],
    ['1.19.0', 'qdrant.version', /1\.18\.3/],
  ])('find %s configured', (version, id, seen) =>
    expectFound(host(), {
      id,
      seen,
      configure: (document) => document.setIn(['qdrant', 'version'], version),
      relatives: ['qdrant.version', /^drift/],
    }),
  );

  test.each([
    ['qdrant.auth', /\/collections answers 200 to a stranger/],
    ['qdrant.metrics', /\/metrics answers 200 to a stranger/],
  ])('find that it asks nobody for a key: %s', (id, seen) =>
    expectFound(host(), {
      ...SOMEBODY,
      id,
      seen,
      break: withConfiguration('/api_key:/d'),
      relatives: ['qdrant.auth', 'qdrant.metrics', 'qdrant.settings'],
    }),
  );

  test('find that its key is empty', () =>
    expectFound(host(), {
      ...SOMEBODY,
      id: 'qdrant.auth',
      seen: /\/collections answers 200 to an empty key/,
      break: withEnvironment({ QDRANT__SERVICE__API_KEY: '' }),
      relatives: ['qdrant.settings', /^collections\./, /^capacity\./, /^qdrant\./, /^drift/],
    }));

  test('find that the read-only key is another one, and write it again', () =>
    expectFound(host(), {
      id: 'qdrant.metrics',
      seen: /the read-only key is refused \(401\)/,
      break: `echo 'api-key: another-key' >/opt/qdrant/config/.read-only-header`,
      relatives: [/^drift/],
    }));

  test('find that it listens everywhere', () =>
    expectFound(host(), {
      ...SOMEBODY,
      id: 'qdrant.loopback',
      seen: /0\.0\.0\.0:6333/,
      break: withEnvironment({ QDRANT__SERVICE__HOST: '0.0.0.0' }),
      relatives: ['qdrant.settings', /^network\./],
    }));

  test('find recovery mode', () =>
    expectFound(host(), {
      ...SOMEBODY,
      id: 'qdrant.recovery-mode',
      seen: /^on$/,
      break: withEnvironment({ QDRANT__STORAGE__RECOVERY_MODE: 'too little memory' }),
      relatives: ['qdrant.settings', /^collections\./, /^capacity\./, /^drift/],
    }));

  type FromEnvironment = ['fail' | 'warn', Record<string, string>, RegExp];
  const fromEnvironment = 'find a setting from the environment: %s for %o';
  test.each<FromEnvironment>([
    ['fail', { QDRANT__SERVICE__ENABLE_CORS: 'true' }, /CORS on: allows http/],
    ['warn', { QDRANT__LOG_LEVEL: 'DEBUG' }, /overrides the configuration file: QDRANT__LOG_LEVEL$/],
  ])(fromEnvironment, isSeen);
  testThorough.each<FromEnvironment>([
    ['fail', { QDRANT__SERVICE__ENABLE_SNAPSHOT_URL_RECOVERY: 'yes' }, /enable_snapshot_url_recovery true/],
    ['fail', { QDRANT__TELEMETRY_DISABLED: 'false' }, /telemetry_disabled false/],
    ['fail', { QDRANT__SERVICE__METRICS_PORT: '9999' }, /metrics_port 9999/],
  ])(fromEnvironment, isSeen);

  async function isSeen(...[status, variables, seen]: FromEnvironment): Promise<void> {
    await expectFound(host(), {
      ...SOMEBODY,
      id: 'qdrant.settings',
      status,
      seen,
      break: withEnvironment(variables),
      relatives: [/^network\./],
    });
  }

  test('find a setting of the file, and write it again', () =>
    expectFound(host(), {
      id: 'qdrant.settings',
      seen: /service\.enable_snapshot_url_recovery true/,
      break: `sed -i 's/\\(enable_snapshot_url_recovery\\): false/\\1: true/' ${CONFIG}; ${RESTART}`,
      relatives: [/^drift/],
    }));

  test('name variables that override the file, and never say their values', async () => {
    await host().inside(withEnvironment({ QDRANT__SERVICE__ALT_API_KEY: 'not-to-be-seen-anywhere' }));
    try {
      const ended = await vdbWith(host(), quickly(), 'check qdrant.settings --json');
      expect(resultsOf(ended).get('qdrant.settings')?.seen).toContain('QDRANT__SERVICE__ALT_API_KEY');
      expect(ended.stdout + ended.stderr).not.toContain('not-to-be-seen');
    } finally {
      await host().inside(WITHOUT_ENVIRONMENT);
    }
  });

  test('find that the kernel gives it few memory maps', () =>
    expectFound(host(), {
      id: 'qdrant.mmaps',
      // Past 100 % where it has mapped more since: the limit that it sees is its own only in /proc.
      seen: /\d+ of \d+ memory maps \((8\d|9\d|1\d\d) %\)/,
      break: `pid=${PID}; maps=$(wc -l <"/proc/$pid/maps"); echo $((maps + maps / 10)) >${FEW_MAPS}
        nsenter -t "$pid" -m mount --bind ${FEW_MAPS} /proc/sys/vm/max_map_count`,
      mend: `nsenter -t ${PID} -m umount /proc/sys/vm/max_map_count; rm -f ${FEW_MAPS}`,
    }));

  test('find that it may open few files', () =>
    expectFound(host(), {
      id: 'qdrant.fds',
      seen: /\d+ of \d+ open files \(\d\d %\)/,
      // Half of its files are left, as it needs some to answer with.
      break: `pid=${PID}; files=$(ls "/proc/$pid/fd" | wc -l)
        runuser -u qdrant -- prlimit --pid "$pid" --nofile=$((files * 2)):`,
      configure: (document: Document) => document.setIn(['checks', 'thresholds', 'qdrant.fds'], 40),
      mend: `pid=${PID}; runuser -u qdrant -- prlimit --pid "$pid" \
        --nofile="$(awk '/^Max open files/ { print $5 }' "/proc/$pid/limits")":`,
      relatives: ['host.nofile'],
    }));

  test('find little memory (threshold lowered to 20 %: with less, some kernels would end it)', async () => {
    const resident = await metric('memory_resident_bytes');
    await expectFound(host(), {
      id: 'qdrant.memory',
      seen: /\d+ MiB of the \d+ MiB of its unit \(\d+ %\)/,
      break: `systemctl set-property --runtime ${UNIT} MemoryMax=${resident * 4}`,
      configure: (document: Document) => document.setIn(['checks', 'thresholds', 'qdrant.memory'], 20),
      mend: `rm -rf /run/systemd/system.control/${UNIT}.d; systemctl daemon-reload`,
    });
  });

  test('find a field without an index that slow searches filter on (slow is from 1 ns here)', () =>
    expectFound(host(), {
      ...SOMEBODY,
      id: 'qdrant.issues',
      status: 'warn',
      seen: /Unindexed field 'author' might be slowing queries down in collection 'general'/,
      break: `${withEnvironment({ QDRANT__SERVICE__SLOW_QUERY_SECS: '0.000000001' })}
        ${request('POST', '/collections/general/points/query', {
          query: Array.from({ length: 384 }, () => 1),
          filter: { must: [{ key: 'author', match: { value: 'nobody' } }] },
        })}`,
    }));
});
