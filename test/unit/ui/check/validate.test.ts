import { describe, expect, it } from 'vitest';
import type { Judged, JudgedDocument, Standing } from '../../../../src/checks/documents/judge.js';
import { validationText } from '../../../../src/ui/check/validate.js';

function judged(standing: Standing, more: Partial<Judged> = {}): Judged {
  return {
    ...{ kind: 'criterion', text: `what ${standing}`, evidence: [], standing },
    ...{ seen: `why it ${standing}`, details: [] },
    ...more,
  };
}

function text(
  criteria: readonly Judged[],
  options: { verbose?: boolean; corrections?: string[] } = {},
): string {
  const { verbose = false, corrections = [] } = options;
  const document: JudgedDocument = { id: '0.4', title: 'Python environment', criteria, corrections };
  const view = { color: false, columns: 80, verbose };
  return validationText({ host: 'one', documents: [document], durationMs: 1234 }, view);
}

describe('validationText', () => {
  it('shows what holds in a line, and the rest with its reason', () => {
    const shown = text([
      judged('holds'),
      judged('fails', { details: ['this', 'that'] }),
      judged('left-out', { kind: 'subtask', id: '0.4.1' }),
      judged('foreign', { kind: 'command' }),
    ]);
    expect(shown).toBe(
      [
        '0.4 Python environment: 1 of 3 hold, 1 fail, 1 left out',
        '  success criteria',
        '    ok        what holds',
        '    FAILS     what fails',
        '              why it fails',
        '              - this',
        '              - that',
        '  sub-tasks',
        '    left out  0.4.1 what left-out',
        '              why it left-out',
        '  validation commands, by their meaning',
        '    foreign   what foreign',
        '              why it foreign',
        '',
        "Not all hold: one, see 0.4, 1 hold, 1 fail, 1 not this host's to set, 1 left out, 1 document, 1.2 s",
      ].join('\n'),
    );
  });

  it('says what was seen of what holds with --verbose', () => {
    expect(text([judged('holds')])).not.toContain('why it holds');
    expect(text([judged('holds')], { verbose: true })).toContain('why it holds');
  });

  it('says that all hold, and that nothing applies', () => {
    expect(text([judged('holds')])).toMatch(/\nAll hold: one, 1 hold, 1 document/);
    expect(text([judged('holds'), judged('accepted')])).toMatch(
      /\nNothing fails: one, 1 hold, 1 accepted, 1 document/,
    );
    const none = text([judged('left-out')]);
    expect(none).toContain('0.4 Python environment: nothing of it applies here\n');
    expect(none).toMatch(/\nNothing to validate here: one, 0 hold, 1 left out/);
  });

  it('says what is mistaken in the documents, wrapped', () => {
    const shown = text([judged('holds')], { corrections: ['a mistake '.repeat(12).trim()] });
    expect(shown).toContain(
      'Where the documents are mistaken, and what was done instead\n  0.4\n    - a mistake',
    );
    expect(text([judged('holds')])).not.toContain('mistaken');
  });

  it('keeps to 80 columns but for its last line', () => {
    const long = 'word '.repeat(60).trim();
    const criteria = (['holds', 'fails', 'left-out', 'unknown'] as const).map((standing) =>
      judged(standing, { text: long, seen: long, details: [long] }),
    );
    for (const verbose of [true, false]) {
      const lines = text(criteria, { verbose, corrections: [long] })
        .split('\n')
        .slice(0, -1);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('cuts a long list of differences, and says so', () => {
    const details = Array.from({ length: 20 }, (_, index) => `step ${index}`);
    expect(text([judged('fails', { details })])).toContain('- and 14 more (all with --verbose)');
    expect(text([judged('fails', { details })], { verbose: true })).toContain('- step 19');
  });
});
