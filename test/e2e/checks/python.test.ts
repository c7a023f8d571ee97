import { expect, test } from 'vitest';
import type { LabHost } from '../../support/lab.js';
import { onSharedHost } from '../support/shared.js';
import { testThorough } from '../support/thorough.js';
import { expectFound } from './breakage.js';

const VENV = '/opt/qdrant/venv';
const PIP = `${VENV}/bin/python -m pip -q --disable-pip-version-check --no-input`;
const SITE = `${VENV}/lib/python3.*/site-packages`;
const MODULE = `$(echo ${SITE}/prometheus_client/__init__.py)`;
const NUMPY = `$(echo ${SITE}/numpy/__init__.py)`;
const ENVIRONMENT = '/opt/citadel/.env';

/** Puts a line of Python before a module; {@link restored} takes it away. */
const damaged = (file: string, line: string): string =>
  `cp -p ${file} /run/kept.py && sed -i '1i ${line}' ${file}`;
const restored = (file: string): string => `cp -p /run/kept.py ${file} && rm /run/kept.py`;

/** Why the host cannot fetch a package; null when it can. */
async function indexRefusal(host: LabHost): Promise<string | null> {
  const fetch = `d=$(mktemp -d); PIP_CERT=/etc/ssl/certs/ca-certificates.crt ${PIP} download --no-deps --retries 0 --timeout 15 -d "$d" structlog 2>&1 | tail -n 1; rm -rf "$d"`;
  const said = (await host.inside(fetch)).trim();
  return said === '' ? null : said;
}

onSharedHost('the checks of the Python environment', (host) => {
  test('a package that was uninstalled is found, and task 0.4 installs it', async ({ skip }) => {
    const refusal = await indexRefusal(host());
    skip(refusal !== null, `no package index answers the host: ${refusal}`);
    await expectFound(host(), {
      id: 'python.packages',
      configure: (document) => document.setIn(['python', 'required'], true),
      break: `${PIP} uninstall -y structlog`,
      seen: /structlog: not installed, want/,
      relatives: ['drift'],
    });
  });

  testThorough(
    'an environment whose interpreter is gone is found, and task 0.4 makes it anew',
    async ({ skip }) => {
      const refusal = await indexRefusal(host());
      skip(refusal !== null, `no package index answers the host: ${refusal}`);
      await expectFound(host(), {
        id: 'python.environment',
        break: `rm ${VENV}/bin/python`,
        seen: /interpreter does not run|no virtual environment/,
        relatives: ['drift'],
      });
    },
  );

  testThorough('an interpreter of the system in place of the environment is found', () =>
    expectFound(host(), {
      id: 'python.environment',
      break: `mv ${VENV}/pyvenv.cfg /run/pyvenv.cfg`,
      seen: /\/usr is no virtual environment/,
      relatives: ['drift'],
      mend: `mv /run/pyvenv.cfg ${VENV}/pyvenv.cfg`,
    }),
  );

  test('a requirement that is not met is found', () =>
    expectFound(host(), {
      id: 'python.conflicts',
      break: `mv ${SITE}/pathspec-*.dist-info /run/`,
      seen: /black .* requires pathspec, which is not installed/,
      relatives: ['drift'],
      mend: `mv /run/pathspec-*.dist-info ${SITE}/`,
    }));

  test('a module that is damaged is found, and none but it', () =>
    expectFound(host(), {
      id: 'python.imports',
      break: damaged(MODULE, 'raise ImportError("torn")'),
      seen: /^1 of 17 fail: prometheus_client\nprometheus_client: ImportError: torn$/,
      mend: restored(MODULE),
    }));

  testThorough('a module that hangs is found within its time, and none but it', () =>
    expectFound(host(), {
      id: 'python.imports',
      break: damaged(MODULE, 'import time; time.sleep(60)'),
      seen: /^1 of 17 fail: prometheus_client\nprometheus_client: did not end within 20 s$/,
      mend: restored(MODULE),
    }),
  );

  test('a numpy that crashes the interpreter is found', () =>
    expectFound(host(), {
      id: 'python.vectors',
      break: damaged(NUMPY, 'import os; os.abort()'),
      seen: /numpy: crashed with signal 6/,
      mend: restored(NUMPY),
    }));

  test('vectors that take longer than the threshold, here lowered, are found', () =>
    expectFound(host(), {
      id: 'python.vectors',
      configure: (document) => document.setIn(['checks', 'thresholds', 'python.vectors'], 0.001),
      seen: /1000 x 384 float32 in \d+\.\d ms/,
    }));

  test('settings with a wrong password are found, and task 3.1 repairs them', () =>
    expectFound(host(), {
      id: 'python.pool',
      break: `sed -i 's/^POSTGRES_PASSWORD=.*/POSTGRES_PASSWORD=none-of-this-server-9/' ${ENVIRONMENT}`,
      seen: /0 of \d+ connections, then: .*password authentication failed/,
      relatives: ['drift'],
    }));

  test('a role that may not open as many connections as the pool keeps is found', () =>
    expectFound(host(), {
      id: 'python.pool',
      break: `runuser -u postgres -- psql -qc 'alter role vector_user connection limit 5'`,
      seen: /5 of \d+ connections, then: .*too many connections for role/,
      relatives: ['drift', 'postgres.role'],
      mend: `runuser -u postgres -- psql -qc 'alter role vector_user connection limit -1'`,
    }));

  test('the pool leaves no connection behind and writes nothing', async () => {
    const look = `runuser -u postgres -- psql -XAtqc "select count(*) from pg_stat_activity where application_name = 'vdb-check'"`;
    const { exitCode } = await host().vdb('check python.pool');
    expect(exitCode).toBe(0);
    expect((await host().inside(look)).trim()).toBe('0');
  });
});
