import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LabHost } from '../../support/lab.js';
import { onSharedHost } from '../support/shared.js';
import { expectFound, resultsOf } from './breakage.js';

const PACKAGES = `dpkg-query -W -f '\${Package}\\n' | sort`;
const RULES = '/etc/prometheus/vdb-test.yml';
const CONFIG = '/etc/prometheus/prometheus.yml';

/** A Prometheus of their own: on loopback, watching itself, with one rule. Evaluates each second. */
const INSTALL = `export DEBIAN_FRONTEND=noninteractive
  ${PACKAGES} > /run/vdb-test-packages
  install() { apt-get install -y -q --no-install-recommends prometheus; }
  install || { apt-get update -q && install; } || exit 1
  echo 'ARGS="--web.listen-address=127.0.0.1:9090"' > /etc/default/prometheus
  cat > ${CONFIG} <<'EOF'
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ ${RULES} ]
scrape_configs:
  - { job_name: prometheus, static_configs: [ { targets: [ "127.0.0.1:9090" ] } ] }
EOF
  cp ${CONFIG} /run/vdb-test-config`;

const REMOVE = `export DEBIAN_FRONTEND=noninteractive
  ${PACKAGES} | comm -13 /run/vdb-test-packages - | xargs -r apt-get purge -y -q
  rm -rf /etc/prometheus /var/lib/prometheus /etc/default/prometheus /run/vdb-test-packages /run/vdb-test-config`;

function rule(expression: string, severity = 'warning'): string {
  const one = { alert: 'VdbTest', expr: expression, labels: { severity } };
  return `echo '${JSON.stringify({ groups: [{ name: 'vdb', rules: [one] }] })}' > ${RULES}`;
}

const QUIET = rule('up == 0');
const RELOADED = 'systemctl reload prometheus; sleep 3';
const MENDED = `cp /run/vdb-test-config ${CONFIG}; ${QUIET}; ${RELOADED}`;

async function resultsFor(host: LabHost) {
  const results = resultsOf(await host.vdb('check monitoring --json'));
  return [...results.values()].map(({ id, status, seen }) => [id, status, seen]);
}

onSharedHost('monitoring', (host) => {
  let missing = '';

  beforeAll(async () => {
    expect(await resultsFor(host())).toEqual([
      ['monitoring.targets', 'warn', 'Prometheus is not installed'],
      ['monitoring.rules', 'skip', 'Prometheus is not installed'],
      ['monitoring.alerts', 'skip', 'Prometheus is not installed'],
    ]);
    const said = await host()
      .inside(INSTALL)
      .catch((error: Error) => error.message);
    if (/Unable to (locate|fetch)|Could not resolve/.test(said)) missing = 'no package index answers';
    else await host().inside(`${QUIET}; systemctl restart prometheus; sleep 6`);
  });

  afterAll(() => host().inside(REMOVE));

  const onPrometheus = (title: string, run: () => Promise<void>): void =>
    test(title, (context) => (missing === '' ? run() : context.skip(missing)));

  onPrometheus('sees everything', async () => {
    expect(await resultsFor(host())).toEqual([
      ['monitoring.targets', 'pass', '1 up'],
      ['monitoring.rules', 'pass', '1 rules'],
      ['monitoring.alerts', 'pass', '0 firing, none critical'],
    ]);
  });

  onPrometheus('does not run', () =>
    expectFound(host(), {
      id: 'monitoring.alerts',
      seen: /nothing listens on port 9090/,
      break: 'systemctl stop prometheus',
      mend: 'systemctl start prometheus; sleep 6',
      relatives: [/^monitoring\./, /^network\./, 'host.failed-units'],
    }),
  );

  onPrometheus('does not reach a target', () =>
    expectFound(host(), {
      id: 'monitoring.targets',
      status: 'warn',
      seen: /^1 of 2 not up\ngone 127\.0\.0\.1:1: down$/,
      break: `echo '  - { job_name: gone, static_configs: [ { targets: [ "127.0.0.1:1" ] } ] }' >> ${CONFIG}; sleep 6; ${RELOADED}; sleep 3`,
      mend: `${MENDED}; sleep 3`,
    }),
  );

  onPrometheus('runs, but would not start again with its configuration', () =>
    expectFound(host(), {
      id: 'monitoring.rules',
      seen: /field scrape_confgs not found/,
      break: `echo 'scrape_confgs: []' >> ${CONFIG}`,
      mend: MENDED,
    }),
  );

  onPrometheus('has a rule file that it cannot read', () =>
    expectFound(host(), {
      id: 'monitoring.rules',
      seen: /could not parse expression/,
      break: rule('up =='),
      mend: MENDED,
    }),
  );

  onPrometheus('has a rule that cannot be evaluated', () =>
    expectFound(host(), {
      id: 'monitoring.rules',
      seen: /^1 of 1 cannot be evaluated\nVdbTest: .*many-to-many/,
      break: `${rule('prometheus_http_requests_total * on(job) prometheus_http_requests_total')}; ${RELOADED}`,
      mend: MENDED,
    }),
  );

  onPrometheus('has a critical alert', () =>
    expectFound(host(), {
      id: 'monitoring.alerts',
      seen: /^VdbTest$/,
      break: `${rule('vector(1)', 'critical')}; ${RELOADED}`,
      mend: MENDED,
    }),
  );

  onPrometheus('has an alert that is not critical', async () => {
    await host().inside(`${rule('vector(1)')}; ${RELOADED}`);
    expect(await resultsFor(host())).toContainEqual(['monitoring.alerts', 'pass', '1 firing, none critical']);
    await host().inside(MENDED);
  });
});
