import { columns } from '../columns.js';

/** What becomes of a collection when it goes back to an earlier state. */
export interface Loss {
  collection: string;
  /** Points that it has now; null: it is not there. */
  now: number | null;
  /** Points that it would have; null: it would not be there. */
  left: number | null;
}

/** The collections of both states. Points that were changed, and not added or removed, are in no number. Pure. */
export function lossesOf(now: ReadonlyMap<string, number>, left: ReadonlyMap<string, number>): Loss[] {
  const names = [...new Set([...now.keys(), ...left.keys()])].sort();
  return names.map((collection) => {
    return { collection, now: now.get(collection) ?? null, left: left.get(collection) ?? null };
  });
}

/** What is lost, for a person who has to decide. Pure. */
export function lossText(losses: readonly Loss[], what: string): string {
  const number = (value: number | null): string => (value === null ? 'not there' : String(value));
  const rows = losses.map(({ collection, now, left }) => {
    const change = (left ?? 0) - (now ?? 0);
    return [collection, number(now), number(left), change > 0 ? `+${change}` : String(change)];
  });
  return [
    `This loses ${what}. In points, where points that were only changed are not counted:`,
    columns([['COLLECTION', 'NOW', 'THEN', 'CHANGE'], ...rows]),
  ].join('\n');
}

/** The same where the slot that has it does not answer. Pure. */
export function untoldLossText(slot: string, what: string): string {
  return `This loses ${what}. How much that is cannot be told, as slot ${slot} does not answer.`;
}
