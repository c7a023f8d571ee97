import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { start } from '../../support/lab.js';
import { onSharedHost } from '../support/shared.js';
import { IS_THOROUGH } from '../support/thorough.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PLACE = '/var/tmp/vdb-python-tests';

/** The plan for the gateway demands it. */
const LEAST_COVERED = 97;

/** What Python's own tests measured, over both suites. */
interface Coverage {
  files: Record<
    string,
    { summary: { percent_covered: number; num_statements: number; covered_lines: number } }
  >;
}

/**
 * The tests of the Python side run where it lives: with the distribution's Python, PostgreSQL and Redis, and the Qdrant of
 * the host, from servers that they start for themselves.
 */
onSharedHost('Python on the host', (host) => {
  const inPlace = (script: string) => `cd ${PLACE} && export COVERAGE_FILE=${PLACE}/coverage LC_ALL=C.UTF-8 \
    TEST_OPENAPI_EXAMPLES=${examples} PATH=${PLACE}/venv/bin:/opt/qdrant/slots/blue:$PATH && ${script}`;
  const pytest = (tree: string, options: string) =>
    host().enter(
      inPlace(`cd templates/${tree} && python -m pytest -p no:cacheprovider --cov=gateway --cov=citadel \
        --cov-branch --cov-append --cov-report= --cov-config=../gateway/pyproject.toml ${options}`),
    ).ended;

  const selected = (tree: string) => (tree === 'gateway' && !IS_THOROUGH ? '-m "not thorough"' : '');
  /** Requests for each operation of the document that are made up. */
  const examples = IS_THOROUGH ? 15 : 5;

  beforeAll(async () => {
    const tar = start('bash', [
      '-c',
      `tar -C ${ROOT} -c templates/gateway templates/citadel dist/emulator.mjs | base64 -w 0`,
    ]);
    const { stdout } = await tar.ended;
    await host().inside(`rm -rf ${PLACE}; mkdir -m 0755 ${PLACE}; base64 -d | tar -C ${PLACE} -x`, stdout);
    await host().inside(
      inPlace(`python3 -m venv venv && pip install -q --disable-pip-version-check --require-hashes \
        -r templates/gateway/requirements-dev.txt`),
    );
  });
  afterAll(() => host().inside(`rm -rf ${PLACE}`));

  test.each(['citadel', 'gateway'])(
    'the tests of %s pass',
    async (tree) => {
      const { exitCode, stdout, stderr } = await pytest(tree, selected(tree));
      console.info(stdout.trimEnd().split('\n').slice(-3).join('\n'));
      expect(exitCode, stdout.slice(-6000) + stderr.slice(-2000)).toBe(0);
    },
    1_500_000,
  );

  test(`they cover ${LEAST_COVERED} % of both`, async () => {
    const json = await host().inside(
      inPlace('coverage json -q -o - --rcfile=templates/gateway/pyproject.toml'),
    );
    const files = Object.entries((JSON.parse(json) as Coverage).files).filter(
      ([path]) => !/tests\/|_pb2/.test(path),
    );
    const sum = (key: 'num_statements' | 'covered_lines') =>
      files.reduce((total, [, { summary }]) => total + summary[key], 0);
    const percent = (100 * sum('covered_lines')) / sum('num_statements');
    const least = files
      .map(([path, { summary }]) => `${path} ${summary.percent_covered.toFixed(0)} %`)
      .sort();
    console.info(`${percent.toFixed(1)} % of ${sum('num_statements')} statements`);
    expect(percent, least.join('\n')).toBeGreaterThanOrEqual(LEAST_COVERED);
  });

  test('the database layer and the gateway satisfy ruff', async () => {
    const ruff = 'python -m ruff check . && python -m ruff format --check .';
    await host().inside(inPlace(`cd templates/citadel && ${ruff} && cd ../gateway && ${ruff}`));
  });
});
