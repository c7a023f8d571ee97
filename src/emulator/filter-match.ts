import { badFormat, unsupported } from './api-error.js';
import type { Json, Payload, PayloadIndex } from './model.js';

const NO_MATCH = 'data did not match any variant of untagged enum MatchInterface';

/** A `match` clause as a test of one value. */
export function matchOf(match: Payload, index: PayloadIndex | undefined): (value: Json) => boolean {
  if ('value' in match) return equalTo(match.value);
  if ('any' in match) return oneOf(match.any);
  if ('except' in match) return otherThan(match.except);
  if ('text' in match) return containing(match.text, index);
  if ('phrase' in match || 'text_any' in match) throw unsupported('full-text search');
  throw badFormat(NO_MATCH);
}

function equalTo(wanted: unknown): (value: Json) => boolean {
  if (!isMatchable(wanted)) throw badFormat(NO_MATCH);
  return (value) => value === wanted;
}

function oneOf(wanted: unknown): (value: Json) => boolean {
  if (!Array.isArray(wanted)) throw badFormat(NO_MATCH);
  return (value) => wanted.includes(value);
}

function otherThan(unwanted: unknown): (value: Json) => boolean {
  if (!Array.isArray(unwanted)) throw badFormat(NO_MATCH);
  return (value) => isMatchable(value) && !unwanted.includes(value);
}

/** Without a text index Qdrant looks for the string itself; with one for its words, which is not done here. */
function containing(text: unknown, index: PayloadIndex | undefined): (value: Json) => boolean {
  if (typeof text !== 'string') throw badFormat(NO_MATCH);
  if (index?.data_type === 'text') throw unsupported('full-text search');
  return (value) => typeof value === 'string' && value.includes(text);
}

function isMatchable(value: unknown): value is string | boolean | number {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isSafeInteger(value);
}
