import { describe, expect, it } from 'vitest';
import { githubReport, githubSummary } from '../../../../src/ui/check/github.js';
import {
  EXPIRED,
  FAILED,
  HOSTILE,
  PASSED,
  report,
  SKIPPED,
  UNSEEN,
  VIEW,
  WAIVED,
  WARNING,
} from './reports.js';

describe('githubReport', () => {
  it('annotates what did not pass, and ends with the verdict', () => {
    expect(githubReport(report([PASSED, SKIPPED, FAILED, WARNING]), VIEW).split('\n')).toEqual([
      '::error title=qdrant.livez%3A Qdrant is alive::seen: nothing listens on port 6333%0Aexpected: /livez answers 200%0Aremedy: Read the log of the unit, then start it again.%0Alook: journalctl -u qdrant@blue.service%0Arun: vdb --lab one check qdrant.livez --fix',
      '::warning title=host.reboot%3A No reboot is due::seen: a reboot is required%0Aexpected: no reboot is required%0Aremedy: Reboot when nobody needs it.',
      '::notice title=vdb check::Not ready: one, because of qdrant.livez, 1 passed, 1 failed, 1 warning, 1 skipped, 1.2 s',
    ]);
  });

  it('escapes what would end a property or a message', () => {
    const text = githubReport(report([{ ...FAILED, title: 'a: b, c % d', seen: HOSTILE }]), VIEW);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('::error title=qdrant.livez%3A a%3A b%2C c %25 d::');
    expect(text).not.toMatch(/^::error::x/m);
  });

  it('says that nothing ran as an error', () => {
    expect(githubReport(report([]), VIEW)).toContain('::error title=vdb check::no check ran\n');
  });
});

describe('githubSummary', () => {
  it('is the verdict alone when everything passed', () => {
    expect(githubSummary(report([PASSED]), VIEW)).toBe(
      '### vdb check: one\n\nReady: one, 1 passed, 1.2 s\n\n',
    );
  });

  it('has a row for what did not pass, with what to do', () => {
    const text = githubSummary(report([PASSED, FAILED, UNSEEN, EXPIRED]), VIEW);
    expect(text).toContain(
      '| **fail** | <code>qdrant.livez</code> (critical) | nothing listens on port 6333<br>expected: /livez answers 200 | Read the log of the unit, then start it again.<br><code>vdb --lab one check qdrant.livez --fix</code><br><code>journalctl -u qdrant@blue.service</code> |',
    );
    expect(text).toContain('| **unknown** | <code>qdrant.auth</code>');
    expect(text).toContain('waiver: expired after 2020\\-01\\-31, anna: more is ordered');
    expect(text).not.toContain('redis.ping');
  });

  it('shows who waived what', () => {
    expect(githubSummary(report([WAIVED]), VIEW)).toContain('waiver: until 2030\\-01\\-31, anna');
  });

  it('keeps four cells in a row, whatever a service says', () => {
    const hostile = { ...FAILED, seen: HOSTILE, inspect: "grep 'a|b' <x" };
    const rows = githubSummary(report([hostile]), VIEW)
      .split('\n')
      .filter((line) => line.startsWith('|'));
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
    expect(rows[2]).not.toContain('<b>');
  });
});
