import type { Observation } from '../../host/probe.js';
import type { CollectionOverview, Overview } from './overview.js';

/** What does not run, or could not be seen to run, in short lines; empty when everything runs. Pure. */
export function downOf(overview: Overview): string[] {
  const { slot, services, qdrant, postgres, redis, collections } = overview;
  return [
    ...(slot.unreadable === undefined ? [] : [`active slot: unknown, ${slot.unreadable}`]),
    ...services.flatMap(({ unit, state }) =>
      unless(
        state,
        unit,
        ({ active }) => active === 'active',
        (value) => value?.active ?? 'not installed',
      ),
    ),
    ...unless(
      qdrant.live,
      'Qdrant',
      ({ status }) => status === 200,
      (value) =>
        value === null
          ? 'does not answer'
          : value.status === 'timeout'
            ? 'does not answer in time'
            : `/livez answers ${value.status}`,
    ),
    ...(postgres === null
      ? []
      : unless(postgres, 'PostgreSQL', ({ accepts }) => accepts, absent('accepts no connection'))),
    ...(redis === null
      ? []
      : unless(redis, 'Redis', ({ friend }) => friend === 'PONG', absent('does not answer'))),
    ...collectionsDown(collections, qdrant.names),
  ];
}

/** Nothing when the value is there and `runs`; else one line. */
function unless<Have>(
  observation: Observation<Have>,
  name: string,
  runs: (value: Have) => boolean,
  otherwise: (value: Have | null) => string,
): string[] {
  if (observation.status !== 'known') return [`${name}: unknown, ${observation.why}`];
  const { value } = observation;
  return value !== null && runs(value) ? [] : [`${name}: ${otherwise(value)}`];
}

function absent(otherwise: string): (value: unknown) => string {
  return (value) => (value === null ? 'not installed' : otherwise);
}

/** When the list cannot be seen, that is said once and not for each collection. */
function collectionsDown(collections: readonly CollectionOverview[], names: Observation<string[]>): string[] {
  if (collections.length === 0) return [];
  if (names.status !== 'known') return [`collections: unknown, ${names.why}`];
  return collections.flatMap((collection) => collectionDown(collection, names));
}

function collectionDown({ name, info }: CollectionOverview, names: Observation<string[]>): string[] {
  if (isMissing(name, names)) return [`collection ${name}: missing`];
  if (info.status !== 'known') return [`collection ${name}: unknown, ${info.why}`];
  return info.value?.status === 'red' ? [`collection ${name}: red`] : [];
}

/** Whether Qdrant was seen to have no such collection. */
export function isMissing(name: string, names: Observation<string[]>): boolean {
  return names.status === 'known' && names.value !== null && !names.value.includes(name);
}
