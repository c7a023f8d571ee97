import { shapeOf } from '../../checks/answers/collection.js';
import { isMissing } from '../../checks/status/down.js';
import type { CollectionOverview, Overview } from '../../checks/status/overview.js';
import type { Block, Cell, Section, Tone } from '../page/model.js';
import { points } from '../status-values.js';
import { seenCell } from './words.js';

const TONES: Readonly<Record<string, Tone>> = { green: 'good', yellow: 'warn', grey: 'warn', red: 'bad' };

/** The configured collections as they are on the server, and those that are there beside them. */
export function collectionsSection(overview: Overview): Section {
  const { collections, qdrant } = overview;
  const configured = new Set(collections.map(({ name }) => name));
  const names = qdrant.names.status === 'known' ? (qdrant.names.value ?? []) : [];
  const others = names.filter((name) => !configured.has(name));
  return {
    id: 'collections',
    title: 'Collections',
    blocks: [
      collections.length === 0 ? { kind: 'text', text: 'None are configured.' } : collectionsTable(overview),
      ...(others.length === 0
        ? []
        : [{ kind: 'text', text: `Not in the configuration: ${others.join(', ')}` } as const]),
    ],
  };
}

function collectionsTable({ collections, qdrant }: Overview): Block {
  return {
    kind: 'table',
    caption: 'Points are counted exactly',
    head: ['Collection', 'Points', 'Status', 'Vectors', 'Graph', 'Quantization'],
    numbers: [1],
    rows: collections.map((collection) =>
      isMissing(collection.name, qdrant.names)
        ? [collection.name, '-', { text: 'missing', tone: 'bad' }, '-', '-', '-']
        : rowOf(collection),
    ),
  };
}

function rowOf({ name, info, points: counted }: CollectionOverview): Cell[] {
  const silent: Cell = { text: 'does not answer', tone: 'bad' };
  const shape = (show: (shape: ReturnType<typeof shapeOf>) => string): Cell =>
    seenCell(info, '-', (state) => show(shapeOf(state)));
  return [
    name,
    seenCell(counted, silent, (value) => points(value)),
    seenCell(info, silent, ({ status }) => ({ text: status, tone: TONES[status] ?? 'unsure' })),
    shape(({ size, distance }) => `${size ?? '?'} ${distance ?? ''}`.trim()),
    shape(({ m, efConstruct }) => `m ${m ?? '?'}, ef ${efConstruct ?? '?'}`),
    shape(({ quantization }) => quantization ?? 'none'),
  ];
}
