import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, codeOf, pages, pageText } from '../../support/docs.js';
import { describeLab } from '../support/shared.js';
import { remove, site, wholeHost } from '../support/site.js';
import { IS_THOROUGH } from '../support/thorough.js';
import { Story } from './story.js';

/** The page that makes the server with which the others begin. */
const FIRST = 'docs/first-host.md';
/** The others, in an order in which none finds what another one has left in its way: restores leave aliases. */
const OTHERS: readonly string[] = [
  'README.md',
  'docs/README.md',
  'docs/configuration.md',
  'docs/checks.md',
  'docs/ci.md',
  'docs/capacity.md',
  'docs/reports.md',
  'docs/services.md',
  'docs/monitoring.md',
  'docs/bench.md',
  'docs/database.md',
  'docs/gateway.md',
  'docs/deploys.md',
  'docs/qdrant-deploys.md',
  'docs/closed-networks.md',
  'docs/go-live.md',
  'docs/upgrades.md',
  'docs/troubleshooting.md',
  'docs/disaster-recovery.md',
  'docs/backups.md',
];
const ORDER = [FIRST, ...OTHERS];

/** The page that goes on at a second server. */
const SECOND = 'docs/disaster-recovery.md';

/** Pages that take minutes, and of which other tests run most: they are gone through in the thorough suite. */
const LONG = [SECOND, 'docs/deploys.md', 'docs/qdrant-deploys.md'];

/** What makes the server as its configuration says once more. */
const PROVISION: Block = {
  kind: 'sh',
  text: 'vdb provision --yes',
  line: 0,
  place: '',
  exit: 0,
  notRun: null,
};

const read = await Promise.all(
  (await pages()).map(async (path) => ({ path, ...codeOf(await pageText(path)) })),
);

test('every page with commands is gone through', () => {
  const withCommands = read.filter(({ blocks }) => blocks.some(isRun)).map(({ path }) => path);
  expect(withCommands.toSorted()).toEqual(ORDER.toSorted());
});

describeLab('what the documentation says to type works as it stands', () => {
  let story: Story;

  beforeAll(async () => {
    const host = await wholeHost('vector-db');
    story = await Story.begin(join(site.directory, 'docs'));
    await story.meet(host);
  });
  afterAll(() => remove('vector-db'));

  describe(FIRST, () => goThrough(FIRST, () => story));
  for (const path of OTHERS)
    describe.runIf(IS_THOROUGH || !LONG.includes(path))(path, () => {
      let restore: (() => Promise<void>) | undefined;
      beforeAll(async () => {
        if (path === SECOND) await story.meet(await wholeHost('vector-db-2'));
        restore = await story.keepConfiguration();
      });
      afterAll(async () => {
        if (path === SECOND) await remove('vector-db-2');
        await restore?.();
        if (blocksOf(path).some(isFragment)) await follow(path, PROVISION, story);
      });
      goThrough(path, () => story);
    });
});

function blocksOf(path: string): Block[] {
  return read.find((each) => each.path === path)?.blocks ?? [];
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
