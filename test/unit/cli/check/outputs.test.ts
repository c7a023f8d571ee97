import { describe, expect, it } from 'vitest';
import { type OutputOptions, outputsOf } from '../../../../src/cli/check/outputs.js';

describe('outputsOf', () => {
  it.each<[string, OutputOptions, boolean, unknown]>([
    ['a table by default', {}, false, [{ format: 'table' }]],
    ['nothing beside events', {}, true, []],
    ['one form on stdout instead of the table', { format: ['tap'] }, false, [{ format: 'tap' }]],
    [
      'a table beside what goes to files',
      { format: ['json=a.json'], junit: 'b.xml' },
      false,
      [{ format: 'table' }, { format: 'json', file: 'a.json' }, { format: 'junit', file: 'b.xml' }],
    ],
    [
      'several at once, also in one option',
      { format: ['github', 'tap=a=b.tap,nagios=n.txt'] },
      false,
      [{ format: 'github' }, { format: 'tap', file: 'a=b.tap' }, { format: 'nagios', file: 'n.txt' }],
    ],
    ['files beside events', { junit: 'b.xml' }, true, [{ format: 'junit', file: 'b.xml' }]],
    [
      'a file for the one form',
      { format: ['junit'], output: 'o.xml' },
      true,
      [{ format: 'junit', file: 'o.xml' }],
    ],
    ['the checklist on stdout', { checklist: [''] }, false, [{ format: 'checklist-md' }]],
    [
      'checklists by the ends of their files',
      { checklist: ['a.md', 'b.HTML', ''] },
      false,
      [
        { format: 'checklist-md', file: 'a.md' },
        { format: 'checklist-html', file: 'b.HTML' },
        { format: 'checklist-md' },
      ],
    ],
  ])('is %s', (_, options, json, expected) => {
    const found = outputsOf(options, json);
    expect(found).toEqual(expect.arrayContaining(expected as unknown[]));
    expect(found).toHaveLength((expected as unknown[]).length);
  });

  it.each<[string, OutputOptions, boolean, string]>([
    ['two forms on stdout', { format: ['tap', 'json'] }, false, 'tap and json cannot both go to stdout'],
    [
      'a form on stdout beside events',
      { format: ['json'] },
      true,
      'json and --json cannot both go to stdout',
    ],
    [
      'the checklist beside events',
      { checklist: [''] },
      true,
      '--checklist and --json cannot both go to stdout',
    ],
    [
      'the checklist beside a form',
      { checklist: [''], format: ['tap'] },
      false,
      'tap and --checklist cannot',
    ],
    ['a form that is not there', { format: ['xml'] }, false, 'There is no format "xml"'],
    [
      'what is no form but a word of objects',
      { format: ['toString'] },
      false,
      'There is no format "toString"',
    ],
    ['a file without a form', { output: 'o.xml' }, false, '--output needs one --format to write'],
    ['a file for two forms', { format: ['tap', 'json'], output: 'o' }, false, '--output needs one --format'],
    ['a checklist in an unknown form', { checklist: ['a.pdf'] }, false, 'cannot tell what to write to a.pdf'],
  ])('refuses %s', (_, options, json, message) => {
    expect(() => outputsOf(options, json)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), exitCode: 2 }),
    );
  });
});
