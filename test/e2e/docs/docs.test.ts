import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, codeOf, pages, pageText } from '../../support/docs.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove, site } from '../support/site.js';
import { Story } from './story.js';

<<<<<<< HEAD
/** The page that makes the server with which the others begin. */
const FIRST = 'docs/first-host.md';
const OTHERS: readonly string[] = [];
const ORDER = [FIRST, ...OTHERS];

/** What makes the server as its configuration says once more. */
const PROVISION: Block = {
  kind: 'sh',
  text: 'vdb provision --yes',
  line: 0,
  place: '',
  exit: 0,
  notRun: null,
};
=======
/** The pages in the order in which they are gone through: the first makes the server that the others begin with. */
const ORDER = [
  'docs/first-host.md',
  'docs/README.md',
  'docs/ci.md',
  'docs/closed-networks.md',
  'docs/go-live.md',
];
>>>>>>> guides-a

const read = await Promise.all(
  (await pages())
    .filter((p) => ORDER.includes(p))
    .map(async (path) => ({ path, ...codeOf(await pageText(path)) })),
);

test('every page with commands is gone through', () => {
  const withCommands = read.filter(({ blocks }) => blocks.some(isRun)).map(({ path }) => path);
  expect(withCommands.toSorted()).toEqual(ORDER.toSorted());
});

describeLab('what the documentation says to type works as it stands', () => {
  let story: Story;

  beforeAll(async () => {
    const host = await hostWithGateway('vector-db');
    story = await Story.begin(join(site.directory, 'docs'));
    await story.meet(host);
  });
  afterAll(() => remove('vector-db'));

  describe(FIRST, () => goThrough(FIRST, () => story));
  for (const path of OTHERS)
    describe(path, () => {
      let restore: () => Promise<void>;
      beforeAll(async () => {
        restore = await story.keepConfiguration();
      });
      afterAll(async () => {
        await restore();
        if (blocksOf(path).some(isFragment)) await follow(path, PROVISION, story);
      });
      goThrough(path, () => story);
    });
});

<<<<<<< HEAD
function blocksOf(path: string): Block[] {
  return read.find((each) => each.path === path)?.blocks ?? [];
=======
/** What a page has put into vdb.yaml is of that page alone, but for the first: what it makes is what the others begin with. */
function page(path: string, story: () => Story): void {
  let restore = async (): Promise<void> => {};
  beforeAll(async () => {
    if (path !== ORDER[0]) restore = await story().keepConfiguration();
  });
  afterAll(() => restore());
  const blocks = read.find((each) => each.path === path)?.blocks ?? [];
  for (const block of blocks.filter(isRun)) test(title(block), () => follow(path, block, story()));
>>>>>>> guides-a
}

function goThrough(path: string, story: () => Story): void {
  for (const block of blocksOf(path).filter(isRun)) test(title(block), () => follow(path, block, story()));
}

function isRun(block: Block): boolean {
  return (block.kind === 'sh' && block.notRun === null) || isFragment(block);
}

function isFragment({ kind, place }: Block): boolean {
  return kind === 'yaml' && place === 'vdb.yaml';
}

function title({ kind, place, text, line }: Block): string {
  const first = text.split('\n').find((each) => !each.startsWith('#')) ?? '';
  return `line ${line}: ${kind === 'yaml' ? 'with, in vdb.yaml, ' : place === 'server' ? 'there, ' : ''}${first.trim()}`;
}

async function follow(path: string, block: Block, story: Story): Promise<void> {
  if (block.kind === 'yaml') await story.configure(block);
  const { exitCode, stdout, stderr } = await story.run(
    block.kind === 'yaml' ? { ...block, place: '', text: 'vdb config validate' } : block,
  );
  if (exitCode === block.exit) return;
  throw new Error(
    `${path}:${block.line}\n${block.text}ended with ${exitCode}, not ${block.exit}:\n${stdout}${stderr}`,
  );
}
