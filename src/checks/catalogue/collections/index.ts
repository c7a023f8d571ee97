import type { Check } from '../../check.js';
import { aliases } from './aliases.js';
import { count } from './count.js';
import { green } from './green.js';
import { indexed } from './indexed.js';
import { queue } from './queue.js';
import { set } from './set.js';
import { hnsw, optimizer, payloadIndexes, quantization, size, strictMode } from './settings.js';

export const collectionChecks: readonly Check[] = [
  set,
  green,
  optimizer,
  size,
  hnsw,
  quantization,
  payloadIndexes,
  aliases,
  strictMode,
  count,
  indexed,
  queue,
];
