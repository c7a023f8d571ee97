import { createHash } from 'node:crypto';

/** One point as Qdrant takes it. */
export interface LoadPoint {
  id: string;
  vector: number[];
  payload: Record<string, unknown>;
}

const CENTRES = 64;
const WORDS = 4096;

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Vectors around a few centres, as embeddings of texts lie; four digits are what float32 leaves of most. */
export function vectorsOf(dimensions: number): (index: number) => number[] {
  const centres = Array.from({ length: CENTRES }, (_, centre) => {
    const random = randomFrom(centre + 1);
    return Array.from({ length: dimensions }, () => random() * 2 - 1);
  });
  return (index) => {
    const random = randomFrom(1000 + index);
    const centre = centres[index % CENTRES] ?? [];
    return centre.map((value) => Math.round((value + random() - 0.5) * 10_000) / 10_000);
  };
}

/** A payload whose JSON has `bytes` bytes: names, a source and a text of words from a vocabulary. */
export function payloadOf(index: number, bytes: number): Record<string, unknown> {
  const payload = { source: `document-${index >> 5}.pdf`, chunk: index & 31, text: '' };
  const room = bytes - JSON.stringify(payload).length;
  const random = randomFrom(index);
  let text = '';
  while (text.length < room) text += `${wordOf(Math.floor(random() ** 2 * WORDS))} `;
  return { ...payload, text: text.slice(0, room) };
}

function wordOf(number: number): string {
  const digest = createHash('sha256').update(String(number)).digest('hex');
  return digest.slice(0, 3 + (number % 7)).replaceAll(/\d/g, (digit) => 'ghijklmnop'[Number(digit)] ?? '');
}

/** The UUID of a point, as the gateway gives them. */
export function idOf(index: number): string {
  const hex = createHash('sha256').update(`point ${index}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
