import { expect, it } from 'vitest';
import { junitReport } from '../../../../src/ui/check/junit.js';
import { FAILED, HOSTILE, PASSED, report, SKIPPED, UNSEEN, VIEW, WAIVED, WARNING } from './reports.js';

it('has a suite for each group, with the time of the run shared out', async () => {
  const xml = await junitReport(report([PASSED, FAILED, UNSEEN]), VIEW);
  expect(xml).toContain('<testsuites name="vdb check one" tests="3" failures="1" errors="1" skipped="0">');
  expect(xml).toMatch(
    /<testsuite name="qdrant" timestamp="2026-11-24T12:00:00" time="0.8" tests="2" failures="1" errors="1"/,
  );
  expect(xml).toMatch(/<testsuite name="redis" timestamp="2026-11-24T12:00:00" time="0.4" tests="1"/);
  expect(xml).toContain('<property name="hostname" value="one"/>');
});

it('says what failed with everything that the table says', async () => {
  const xml = await junitReport(report([FAILED]), VIEW);
  expect(xml).toContain('classname="vdb.qdrant" name="qdrant.livez: Qdrant is alive"');
  expect(xml).toContain('<failure message="nothing listens on port 6333" type="critical">');
  expect(xml).toContain(
    'expected: /livez answers 200\nremedy: Read the log of the unit, then start it again.',
  );
  expect(xml).toContain('run: vdb --lab one check qdrant.livez --fix');
});

it('calls what could not be seen an error', async () => {
  const xml = await junitReport(report([UNSEEN]), VIEW);
  expect(xml).toContain('<error message="Qdrant does not answer" type="unknown">');
});

it('skips what was skipped or waived, with the reason', async () => {
  const xml = await junitReport(report([PASSED, SKIPPED, WAIVED]), VIEW);
  expect(xml.match(/<skipped\/>/g)).toHaveLength(2);
  expect(xml).toContain('skipped: a virtual disk');
  expect(xml).toContain('waiver: until 2030-01-31, anna: more is ordered');
});

it('lets a warning pass, with its text', async () => {
  const xml = await junitReport(report([PASSED, WARNING]), VIEW);
  expect(xml).toContain('failures="0" errors="0" skipped="0"');
  expect(xml).toContain('<system-out><![CDATA[warn, not in the way\nseen: a reboot is required');
});

it('cannot be broken by what a service says', async () => {
  const xml = await junitReport(report([{ ...FAILED, seen: HOSTILE, details: [HOSTILE] }]), VIEW);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 allows no others.
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
  expect(xml).toContain('message="a &lt;b> &amp; &quot;c&quot;');
  expect(xml.match(/<!\[CDATA\[/g)).toHaveLength(1);
  expect(xml.replaceAll(/message="[^"]*"/g, '').match(/\]\]>/g)).toHaveLength(1);
});

it('starts afresh for each report', async () => {
  await junitReport(report([FAILED]), VIEW);
  expect(await junitReport(report([PASSED]), VIEW)).not.toContain('qdrant');
});
