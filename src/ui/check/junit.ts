import type { Builder, TestCase, TestSuite } from 'junit-report-builder';
import { GROUPS } from '../../checks/check.js';
import { type CheckReport, silence } from '../../checks/report.js';
import { blocks, type CheckResult } from '../../checks/result.js';
import { findingLines, seenOf } from './finding.js';
import type { CheckView } from './formats.js';

/**
 * JUnit's XML: a suite for each group, a case for each check. What failed and is in the way is a failure, what is
 * in the way because it could not be seen is an error; all else passes or is skipped, with its text beside it.
 */
export async function junitReport(report: CheckReport, { flags }: CheckView): Promise<string> {
  const builder = (await emptyBuilder()).name(`vdb check ${report.host}`);
  const { results } = report;
  const silent = silence(report);
  // All probes travel in one batch, so no check has a time of its own: that of the run is shared out.
  const seconds = report.durationMs / 1000 / Math.max(1, results.length);
  for (const group of GROUPS) {
    const own = results.filter((result) => result.group === group);
    if (own.length === 0) continue;
    const suite = describedSuite(builder.testSuite().name(group), report).time(rounded(seconds * own.length));
    for (const result of own) fillCase(suite.testCase().time(rounded(seconds)), result, flags);
  }
  if (silent !== undefined) {
    const suite = describedSuite(builder.testSuite().name('readiness'), report);
    suite.testCase().className('vdb.readiness').name('readiness').error(silent, 'unknown');
  }
  return builder.build();
}

/** The package is CommonJS: what its types call `default` of the module is the module. */
async function emptyBuilder(): Promise<Builder> {
  const { default: junit } = await import('junit-report-builder');
  return (junit as unknown as Builder).newBuilder();
}

/** The builder knows no attribute for the host's name; a property is as good. Times are UTC, as JUnit has them. */
function describedSuite(suite: TestSuite, { host, target, vdb, at }: CheckReport): TestSuite {
  return suite
    .timestamp(at.toISOString().slice(0, 19))
    .property('hostname', host)
    .property('target', target)
    .property('vdb', vdb);
}

function fillCase(testCase: TestCase, result: CheckResult, flags: readonly string[]): void {
  const { id, group, title, status } = result;
  testCase.className(`vdb.${group}`).name(`${id}: ${title}`);
  const text = inCdata(findingLines(result, flags).join('\n'));
  const seen = inCdata(seenOf(result));
  if (blocks(result)) {
    if (status === 'unknown') testCase.error(seenOf(result), 'unknown', text);
    else testCase.failure(seenOf(result), result.severity).stacktrace(text);
  } else if (status === 'skip') testCase.skipped().standardOutput(`skipped: ${seen}`);
  else if (status === 'waived') testCase.skipped().standardOutput(`waived\n${text}`);
  else if (status === 'pass') testCase.standardOutput(seen);
  else testCase.standardOutput(`${status}, not in the way\n${text}`);
}

/** The builder takes only the first of these apart. */
function inCdata(text: string): string {
  return text.replaceAll(']]>', ']] >');
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
