#!/usr/bin/env node
/**
 * The whole test command: lint and types, then the suites, then what failed and one line with the sum. The suites run
 * one after the other: the lab suite wants the machine to itself, and some of its files a machine on which nothing else runs.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { $ } from 'zx';

/** More files than these are no accident of timing, and are not repeated. */
const MOST_REPEATED = 5;

const LAB = ['lab', 'lab-quiet'];
const VDB = join(import.meta.dirname, '../bin/vdb');

const directory = await mkdtemp(join(tmpdir(), 'vdb-test-'));
const run = (env = {}) =>
  $({ stdio: 'inherit', nothrow: true, verbose: false, env: { ...process.env, ...env } });
const total = { passed: 0, failed: 0, skipped: 0 };
const unsteady = [];
const failures = [];
let exitCode = 0;
let reports = 0;

async function suite(projects, { files = [], env } = {}) {
  const report = join(directory, `${++reports}.json`);
  const flags = projects.flatMap((name) => ['--project', name]);
  const { exitCode } = await run(
    env,
  )`npx vitest run ${files} ${flags} --reporter=default --reporter=json --outputFile.json=${report}`;
  return { exitCode: exitCode ?? 1, report: JSON.parse(await readFile(report, 'utf8')) };
}

/** The lab suite, then its quiet files on the same hosts. */
async function labSuites() {
  const kept = process.env.VDB_E2E_DIR;
  const hosts = kept ?? join(directory, 'hosts');
  await mkdir(hosts, { recursive: true });
  try {
    const suites = [];
    for (const name of LAB) suites.push(await suite([name], { env: { VDB_E2E_DIR: hosts } }));
    return suites;
  } finally {
    if (kept === undefined) await down(hosts);
  }
}

async function down(hosts) {
  for (const worker of await readdir(hosts))
    if (existsSync(join(hosts, worker, '.vdb')))
      await run()`cd ${join(hosts, worker)} && ${VDB} lab down --all`;
}

/**
 * A test on a lab host can fail because a busy machine was slow. Files that failed run once more, one after the other on
 * fresh hosts; what passes only then is named at the end, because it may as well be a fault that shows itself rarely.
 */
async function repeated(suites) {
  const files = suites
    .flatMap(({ report }) => report.testResults)
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => relative('.', name));
  if (files.length === 0 || files.length > MOST_REPEATED) return suites;
  const again = await suite(LAB, { files, env: { VDB_E2E_WORKERS: '1' } });
  if (again.exitCode === 0) unsteady.push(...files);
  const first = suites.map(({ exitCode, report }) => ({
    exitCode: hasFailed(report) ? 0 : exitCode,
    report: { ...report, testResults: [], numFailedTests: 0 },
  }));
  const failed = suites.reduce((sum, { report }) => sum + report.numFailedTests, 0);
  const { testResults, numFailedTests } = again.report;
  const recovered = {
    testResults,
    numFailedTests,
    numPassedTests: failed - numFailedTests,
    numPendingTests: 0,
  };
  return [...first, { exitCode: again.exitCode, report: recovered }];
}

/** A suite that ended badly without a failed file could not be run at all: nothing that is repeated makes that good. */
function hasFailed({ testResults }) {
  return testResults.some(({ status }) => status === 'failed');
}

/** A log of an hour is long: which tests failed, and the first line of why, is said once more at its end. */
function* failedTests({ testResults }) {
  for (const { name, status: ended, message, assertionResults } of testResults) {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && ended === 'failed')
      yield `${relative('.', name)}: ${firstLine(message) || 'what comes before or after its tests failed: see above'}`;
    for (const { fullName, failureMessages } of failed)
      yield `${relative('.', name)} > ${fullName}: ${firstLine(failureMessages[0] ?? '')}`;
  }
}

function firstLine(text) {
  return stripVTControlCharacters(text).split('\n')[0].slice(0, 300);
}

function count({ exitCode: ended, report }) {
  exitCode ||= ended;
  if (ended !== 0 && !hasFailed(report))
    failures.push('a suite ended badly without a failed test: its error is above');
  failures.push(...failedTests(report));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests;
}

try {
  for (const check of [run()`npx biome check .`, run()`npx tsc --noEmit`])
    exitCode ||= (await check).exitCode ?? 1;
  for (const name of ['unit', 'integration']) count(await suite([name]));
  for (const each of await repeated(await labSuites())) count(each);
} finally {
  await rm(directory, { recursive: true, force: true });
}
for (const failure of failures) console.log(`failed: ${failure}`);
for (const file of unsteady) console.log(`passed only when repeated: ${file}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = exitCode;
