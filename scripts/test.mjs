#!/usr/bin/env node
/**
 * The whole test command: lint and types, then the three suites, then one line with the sum. The suites run
 * one after the other because the lab suite wants the machine to itself.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { $ } from 'zx';

const run = $({ stdio: 'inherit', nothrow: true, verbose: false });
const directory = await mkdtemp(join(tmpdir(), 'vdb-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
let exitCode = 0;

async function suite(name) {
  const report = join(directory, `${name}.json`);
  const result =
    await run`npx vitest run --project ${name} --reporter=default --reporter=json --outputFile.json=${report}`;
  exitCode ||= result.exitCode ?? 1;
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(await readFile(report, 'utf8'));
  total.passed += numPassedTests;
  total.failed += numFailedTests;
  total.skipped += numPendingTests;
}

try {
  for (const check of [run`npx biome check .`, run`npx tsc --noEmit`])
    exitCode ||= (await check).exitCode ?? 1;
  for (const name of ['unit', 'integration', 'lab']) await suite(name);
} finally {
  await rm(directory, { recursive: true, force: true });
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = exitCode;
