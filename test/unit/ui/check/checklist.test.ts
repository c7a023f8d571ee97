import { describe, expect, it } from 'vitest';
import type { ChecklistLine } from '../../../../src/checks/checklist.js';
import { checklistMarkdown } from '../../../../src/ui/check/checklist.js';
import { checklistHtml } from '../../../../src/ui/check/checklist-html.js';
import { FAILED, HOSTILE, PASSED, report } from './reports.js';

const LINES: readonly ChecklistLine[] = [
  {
    ...{ title: 'Health checks work', status: 'done', date: '2026-11-24' },
    evidence: [{ status: 'done', text: 'redis.ping: PONG' }],
  },
  {
    ...{ title: 'Every component was tested', status: 'open', date: '2026-11-24' },
    evidence: [
      { status: 'done', text: 'redis: 1 passed' },
      { status: 'open', text: `qdrant.livez: failed: ${HOSTILE}` },
    ],
  },
  {
    ...{ title: 'The performance targets are met', status: 'unknown' },
    evidence: [{ status: 'unknown', text: 'performance: was not looked at' }],
    next: { words: 'readiness performance --checklist' },
  },
  {
    ...{ title: 'The documentation is complete', status: 'unknown' },
    evidence: [{ status: 'unknown', text: 'nobody has confirmed it' }],
    next: { yaml: 'checks:\n  confirmations:\n    - line: documentation' },
  },
];

const VIEW = { report: report([PASSED, FAILED]), lines: LINES, flags: ['--lab', 'one'] };

describe('checklistMarkdown', () => {
  const text = checklistMarkdown(VIEW);

  it('ticks what is done and nothing else', () => {
    expect(text.match(/^- \[.\] .*/gm)).toEqual([
      '- [x] **Health checks work** (done, 2026-11-24)',
      '- [ ] **Every component was tested** (open, 2026-11-24)',
      '- [ ] **The performance targets are met** (not known)',
      '- [ ] **The documentation is complete** (not known)',
    ]);
  });

  it('has the evidence of each line, and what is to be done', () => {
    expect(text).toContain('  - redis.ping: PONG\n');
    expect(text).toContain('  - not known: performance: was not looked at\n');
    expect(text).toContain('  - To look: `vdb --lab one check readiness performance --checklist`\n');
    expect(text).toContain('    checks:\n      confirmations:\n        - line: documentation\n');
  });

  it('says when, where and by what it was seen, and how many lines are done', () => {
    expect(text).toContain('Seen at root@one:22 on 2026-11-24 12:00 UTC by vdb 0.1.0.');
    expect(text).toContain(
      '**1 of 4 lines done, 1 open, 2 not known.** Not ready: one, because of qdrant.livez',
    );
  });

  it('lets nothing of what a service says be markup', () => {
    expect(text).toContain('a &lt;b> &amp; "c"');
    expect(text).not.toContain('<b>');
  });
});

describe('checklistHtml', () => {
  const html = checklistHtml(VIEW);

  it('has each line with its status, date, evidence and what is to be done', () => {
    expect(html.match(/<li class="(done|open|unknown)">/g)).toHaveLength(4);
    expect(html).toContain('<h2>1. Health checks work</h2><span><span class="state">done</span>');
    expect(html).toContain('<time datetime="2026-11-24">2026-11-24</time>');
    expect(html).toContain('<code>vdb --lab one check readiness performance --checklist</code>');
    expect(html).toContain('<pre>checks:\n  confirmations:\n    - line: documentation</pre>');
  });

  it('needs nothing beside itself, and runs nothing', () => {
    expect(html).not.toMatch(/<(script|link|img|iframe|object)\b|url\(|@import|https?:|\bsrc=/i);
  });

  it('is readable on a telephone, in the dark, and on paper', () => {
    expect(html).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).toContain('@media print');
  });

  it('lets nothing of what a service or a configuration says be markup', () => {
    const hostile = `"><script>alert('x')</script>`;
    const text = checklistHtml({
      report: report([{ ...PASSED, id: hostile }], { host: hostile, target: hostile, vdb: hostile }),
      lines: [
        {
          ...{ title: hostile, status: 'open', date: hostile },
          evidence: [{ status: 'open', text: hostile }],
          next: { yaml: hostile },
        },
        { title: 'x', status: 'open', evidence: [], next: { words: hostile } },
      ],
      flags: [hostile],
    });
    expect(text).not.toContain('<script');
    expect(text).not.toContain('">&lt;');
    expect(text).toContain('&quot;&gt;&lt;script&gt;');
  });
});
