import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Block, codeOf, pages, pageText } from '../../support/docs.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove, site } from '../support/site.js';
import { Story } from './story.js';

/** The pages in the order in which they are gone through: the first makes the server that the others begin with. */
const ORDER = [
  'docs/first-host.md',
  'README.md',
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
  'docs/backups.md',
];

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

  for (const path of ORDER) describe(path, () => page(path, () => story));
});

/** What a page has put into vdb.yaml is of that page alone, but for the first: what it makes is what the others begin with. */
function page(path: string, story: () => Story): void {
  const blocks = read.find((each) => each.path === path)?.blocks ?? [];
  if (path !== ORDER[0] && blocks.some(({ place }) => place === 'vdb.yaml')) {
    let restore = async (): Promise<void> => {};
    beforeAll(async () => {
      restore = await story().keepConfiguration();
    });
    afterAll(async () => {
      await restore();
      await follow(path, PROVISION, story());
    });
  }
  for (const block of blocks.filter(isRun)) test(title(block), () => follow(path, block, story()));
}

/** What makes the server that of the configuration again. */
const PROVISION: Block = {
  kind: 'sh',
  text: 'vdb provision\n',
  line: 0,
  place: '',
  exit: 0,
  notRun: null,
};

function isRun({ kind, place, notRun }: Block): boolean {
  return (kind === 'sh' && notRun === null) || (kind === 'yaml' && place === 'vdb.yaml');
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
