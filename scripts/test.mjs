#!/usr/bin/env node
/**
 * The whole test command: lint and types, then the three suites, then one line with the sum. The suites run
 * one after the other because the lab suite wants the machine to itself.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { $ } from 'zx';

/** More files than these are no accident of timing, and are not repeated. */
const MOST_REPEATED = 3;

const run = $({ stdio: 'inherit', nothrow: true, verbose: false });
const directory = await mkdtemp(join(tmpdir(), 'vdb-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const unsteady = [];
const failures = [];
let exitCode = 0;

async function suite(name, files = []) {
  const report = join(directory, `${name}-${files.length}.json`);
  const { exitCode } =
    await run`npx vitest run ${files} --project ${name} --reporter=default --reporter=json --outputFile.json=${report}`;
  return { exitCode: exitCode ?? 1, report: JSON.parse(await readFile(report, 'utf8')) };
}

/**
 * A test on a lab host can fail because a busy machine was slow. Files that failed run once more, on fresh hosts;
 * what passes only then is named at the end, because it may as well be a fault that shows itself rarely.
 */
async function repeated(first) {
  const files = first.report.testResults
    .filter(({ status }) => status === 'failed')
    .map(({ name }) => relative('.', name));
  if (files.length === 0 || files.length > MOST_REPEATED) return first;
  const again = await suite('lab', files);
  if (again.exitCode === 0) unsteady.push(...files);
  const recovered = first.report.numFailedTests - again.report.numFailedTests;
  const { numPassedTests, numPendingTests } = first.report;
  return {
    exitCode: again.exitCode,
    report: {
      testResults: again.report.testResults,
      numPassedTests: numPassedTests + recovered,
      numFailedTests: again.report.numFailedTests,
      numPendingTests,
    },
  };
}

/** A log of an hour is long: which tests failed, and the first line of why, is said once more at its end. */
function* failedTests({ testResults }) {
  for (const { name, message, assertionResults } of testResults) {
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0 && message) yield `${relative('.', name)}: ${firstLine(message)}`;
    for (const { fullName, failureMessages } of failed)
      yield `${relative('.', name)} > ${fullName}: ${firstLine(failureMessages[0] ?? '')}`;
  }
}

function firstLine(text) {
  return stripVTControlCharacters(text).split('\n')[0].slice(0, 300);
}

function count({ exitCode: ended, report }) {
  exitCode ||= ended;
  failures.push(...failedTests(report));
  total.passed += report.numPassedTests;
  total.failed += report.numFailedTests;
  total.skipped += report.numPendingTests;
}

try {
  for (const check of [run`npx biome check .`, run`npx tsc --noEmit`])
    exitCode ||= (await check).exitCode ?? 1;
  for (const name of ['unit', 'integration']) count(await suite(name));
  count(await repeated(await suite('lab')));
} finally {
  await rm(directory, { recursive: true, force: true });
}
for (const failure of failures) console.log(`failed: ${failure}`);
for (const file of unsteady) console.log(`passed only when repeated: ${file}`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = exitCode;
