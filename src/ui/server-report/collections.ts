import { shapeOf } from '../../checks/answers/collection.js';
import { isMissing } from '../../checks/status/down.js';
import type { CollectionOverview, Overview } from '../../checks/status/overview.js';
import type { Observation } from '../../host/probe.js';
import type { Block, Cell, Section, Tone } from '../page/model.js';
import { points } from '../status-values.js';
import { knownCell, seenBlocks, seenCell } from './words.js';

const TONES: Readonly<Record<string, Tone>> = { green: 'good', yellow: 'warn', grey: 'warn', red: 'bad' };

/** The configured collections as they are on the server, and those that are there beside them. */
export function collectionsSection({ collections, qdrant }: Overview): Section {
  const names = collections.map(({ name }) => name);
  const heading = { id: 'collections', title: 'Collections' };
  if (names.length === 0)
    return { ...heading, blocks: [{ kind: 'text', text: 'None are configured.' }, ...others(names, qdrant)] };
  if (qdrant.names.status !== 'known' || qdrant.names.value === null)
    return { ...heading, blocks: silentBlocks(names, qdrant.names) };
  return { ...heading, blocks: [collectionsTable(collections, qdrant), ...others(names, qdrant)] };
}

/** Then a table would say the same of each. */
function silentBlocks(configured: readonly string[], names: Observation<string[]>): Block[] {
  const silent: Block = { kind: 'text', text: 'Qdrant does not answer.', tone: 'bad' };
  return [
    ...seenBlocks(names, silent, () => []),
    { kind: 'text', text: `Configured, and not known to be there: ${configured.join(', ')}` },
  ];
}

function others(configured: readonly string[], { names }: Overview['qdrant']): Block[] {
  const found = names.status === 'known' ? (names.value ?? []) : [];
  const beside = found.filter((name) => !configured.includes(name));
  return beside.length === 0
    ? []
    : [{ kind: 'text', text: `Not in the configuration: ${beside.join(', ')}` }];
}

function collectionsTable(collections: readonly CollectionOverview[], { names }: Overview['qdrant']): Block {
  return {
    kind: 'table',
    caption: 'Points are counted exactly',
    head: ['Collection', 'Points', 'Status', 'Vectors', 'Graph', 'Quantization'],
    numbers: [1],
    rows: collections.map((collection) =>
      isMissing(collection.name, names)
        ? [collection.name, '-', { text: 'missing', tone: 'bad' }, '-', '-', '-']
        : rowOf(collection),
    ),
  };
}

function rowOf({ name, info, points: counted }: CollectionOverview): Cell[] {
  const silent: Cell = { text: 'does not answer', tone: 'bad' };
  const shape = (show: (shape: ReturnType<typeof shapeOf>) => string): Cell =>
    knownCell(info, (state) => show(shapeOf(state)));
  return [
    name,
    seenCell(counted, silent, (value) => points(value)),
    seenCell(info, silent, ({ status }) => ({ text: status, tone: TONES[status] ?? 'unsure' })),
    shape(({ size, distance }) => `${size ?? '?'} ${distance ?? ''}`.trim()),
    shape(({ m, efConstruct }) => `m ${m ?? '?'}, ef ${efConstruct ?? '?'}`),
    shape(({ quantization }) => quantization ?? 'none'),
  ];
}
