import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { codeOf, pages, pageText } from '../../support/docs.js';
import { refusedBy } from './command-lines.js';
import { deadLinks } from './links.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAGES = await Promise.all((await pages()).map(async (path) => [path, await pageText(path)] as const));

describe.each(PAGES)('%s', (path, text) => {
  test('has no code but in fences of a known kind', () => {
    expect(() => codeOf(text)).not.toThrow();
  });

  test('has command lines that vdb takes', async () => {
    const refused = await refusedBy(text);
    expect(refused.map(({ line, command, why }) => `${path}:${line}: ${command}: ${why}`)).toEqual([]);
  });

  test('names files that there are where it says what runs a block instead', () => {
    const named = codeOf(text).blocks.flatMap(
      ({ notRun }) => notRun?.match(/\b(?:test|docs)\/[\w./-]+\.(?:ts|md)/g) ?? [],
    );
    expect(named.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('has links that lead somewhere', () => {
    expect(deadLinks(path, text)).toEqual([]);
  });
});

describe('refusedBy', () => {
  const fence = (kind: string, ...lines: string[]) =>
    ['text', '', `\`\`\`${kind}`, ...lines, '```', ''].join('\n');

  it.each([
    ['a command', 'vdb provison', "unknown command 'provison'"],
    ['a command of a group', 'vdb backup schow', 'too many arguments'],
    ['an option', 'vdb provision --onyl 0.4', "unknown option '--onyl'"],
    ['an argument that is too many', 'vdb status now', 'too many arguments'],
    ['a check', 'vdb check redis.pign', 'redis.pign'],
    ['an argument that is missing', 'vdb apply', "missing required argument 'plan'"],
    ['the second of a line', 'vdb status && vdb statsu', "unknown command 'statsu'"],
    ['one in a substitution', 'x=$(vdb check --formt json)', "unknown option '--formt'"],
    ['one behind a variable', 'VDB_LAB=x vdb chek', "unknown command 'chek'"],
    ['one with a comment behind it', 'vdb chek   # is it ready?', "unknown command 'chek'"],
  ])('names %s that is wrong, with its line', async (_, line, why) => {
    const text = fence('sh', '# a comment: vdb nothing', line);
    expect(await refusedBy(text)).toEqual([
      { line: 5, command: expect.any(String), why: expect.stringContaining(why) },
    ]);
    expect(await refusedBy(fence('console', `$ ${line}`, 'vdb nonsense'))).toHaveLength(1);
  });

  it.each([
    'vdb check readiness --wait 120s > out.txt 2>&1',
    "vdb backup pin latest --reason 'before it; and after'",
    'echo "vdb nothing"; ssh vector-db vdb',
    'vdb db status || test $? = 3 # known',
    'source <(vdb completion bash)',
    'if ! vdb status; then vdb provision --yes; fi',
  ])('takes %s', async (line) => {
    expect(await refusedBy(fence('sh', line))).toEqual([]);
  });

  it('joins lines that go on', async () => {
    expect(await refusedBy(fence('sh', 'vdb provision \\', '  --plan --onyl 1.1'))).toMatchObject([
      { line: 4 },
    ]);
  });

  it.each([
    'vdb task list|show|run|rollback',
    'vdb provision [--plan] [--only 0.4,3.1] [--skip …] [--report DIR]',
    'vdb check [readiness|health|drift|…] [--wait 120s] [--fix]',
    'vdb apply',
    'vdb restore SET',
    "vdb backup pin latest --reason 'before the migration'",
    'vdb check validate [DOCUMENT…]',
  ])('understands `%s` in a sentence', async (mention) => {
    expect(await refusedBy(`See \`${mention}\`.\n`)).toEqual([]);
  });

  it.each(['vdb task list|shwo', 'vdb provision [--skpi …]', 'vdb lock status NOW'])(
    'names `%s` in a sentence',
    async (mention) => {
      expect(await refusedBy(`# Title\n\nSee \`${mention}\`.\n`)).toMatchObject([{ line: 3 }]);
      const cell = mention.replaceAll('|', '\\|');
      expect(await refusedBy(`# Title\n\n| a |\n|---|\n| \`${cell}\` |\n`)).toMatchObject([{ line: 5 }]);
    },
  );
});

describe('deadLinks', () => {
  it.each(['nowhere.md', 'backups.md#nowhere', '#nowhere', '../../outside.md'])('names %s', (href) => {
    expect(deadLinks('docs/x.md', `# X\n\n[a](${href})\n`)).toEqual([`docs/x.md:3: ${href}`]);
  });

  it.each(['backups.md', '#a-heading-with-code', 'checks.md#qdrant-livez', 'https://example.org/x'])(
    'knows %s',
    (href) => {
      expect(deadLinks('docs/x.md', `# A heading: with \`code\`\n\n[a](${href})\n`)).toEqual([]);
    },
  );
});
