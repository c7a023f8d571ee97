import type { FieldChange } from '../../../engine/resource.js';
import { diffCollection } from '../../../services/qdrant/collection-diff.js';
import { singleVector } from '../../../services/qdrant/collection-info.js';
import type { CollectionState } from '../../answers/collection.js';
import type { CheckContext, Verdict } from '../../check.js';
import { expect, fail, pass, skip } from '../../verdict.js';
import { log } from '../qdrant/ask.js';
import { configured, none, perCollection } from './each.js';

export const optimizer = perCollection(
  {
    id: 'collections.optimizer',
    title: 'The optimizers work',
    looksAt: 'the optimizer status of each configured collection',
    why: 'After an error they stop: nothing is indexed or merged any more, and searches become slower and slower.',
    remedy: 'Read the error: most often the disk or the memory ran out. Make room and restart the slot.',
    inspect: log,
  },
  'ok',
  (name, { optimizerError }) => expect(optimizerError === null, `${name}: ${optimizerError ?? 'ok'}`, 'ok'),
);

export const size = perCollection(
  {
    id: 'collections.size',
    title: 'Size and distance are as configured',
    looksAt: 'the vectors of each configured collection',
    why: 'Vectors of another size are refused; another distance orders the results wrongly.',
    remedy:
      'Both are fixed at creation: configure a collection under a new name, copy the points, switch the alias.',
  },
  'size and distance as configured',
  (name, { info }, { config }) => {
    const wanted = config.collections[name];
    const have = singleVector(info.config.params);
    const expected = `${wanted?.size} ${wanted?.distance}`;
    if (have === null) return fail(`${name}: named vectors`, expected);
    const right = have.size === wanted?.size && have.distance === wanted?.distance;
    return expect(right, `${name}: ${have.size} ${have.distance}`, expected);
  },
);

export const hnsw = perCollection(
  {
    id: 'collections.index',
    title: 'The index is built as configured',
    looksAt: 'm, ef_construct, on_disk and full_scan_threshold of each configured collection',
    why: 'With fewer edges searches miss neighbours; with more, or in memory, the index may not fit.',
    remedy: 'Provision: Qdrant rebuilds the index in the background, which takes CPU and memory.',
    fix: '1.4',
  },
  'as configured',
  (name, state, context) => asConfigured(name, state, context, /^hnsw\./),
);

export const quantization = perCollection(
  {
    id: 'collections.quantization',
    title: 'Vectors are quantized as configured',
    looksAt: 'the quantization of each configured collection',
    why: 'Without it the vectors need four times the memory or more; with a coarser one searches are less exact.',
    remedy: 'Provision: Qdrant quantizes in the background, which takes CPU and memory.',
    fix: '1.4',
  },
  'as configured',
  (name, state, context) => asConfigured(name, state, context, /^quantization$/),
);

export const strictMode = perCollection(
  {
    id: 'collections.strict-mode',
    title: 'Strict mode is as configured',
    looksAt: 'strict_mode_config of each configured collection',
    why: 'Off, one request without limits can take all memory; on where nobody expects it, requests are refused.',
    remedy: 'Provision: it changes at once.',
    fix: '1.4',
  },
  'as configured',
  (name, state, context) => asConfigured(name, state, context, /^strict_mode$/),
);

/** The settings whose names match, by the same comparison that provisions them. */
function asConfigured(
  name: string,
  { info }: CollectionState,
  { config }: CheckContext,
  fields: RegExp,
): Verdict {
  const wanted = config.collections[name];
  if (wanted === undefined) return skip(`${name} is not configured`);
  const { updates } = diffCollection({ ...wanted, strictMode: config.qdrant.strict_mode }, info);
  const differing = updates.filter(({ field }) => fields.test(field));
  const list = (side: 'have' | 'want'): string =>
    differing.map((change: FieldChange) => `${change.field} ${change[side]}`).join(', ');
  return differing.length === 0 ? pass(name) : fail(`${name}: ${list('have')}`, list('want'));
}

export const payloadIndexes = perCollection(
  {
    id: 'collections.payload-indexes',
    title: 'The configured payload fields are indexed',
    looksAt: 'the payload schema of each configured collection',
    why: 'A filter on a field without an index reads the payload of every point.',
    skip: (context) => none(context) ?? noIndexes(context),
    remedy: 'Provision: Qdrant builds the index while it serves.',
    fix: '1.4',
  },
  'as configured',
  (name, { info }, { config }) => {
    const wanted = Object.entries(config.collections[name]?.payload_indexes ?? {});
    const wrong = wanted.filter(([field, type]) => info.payload_schema[field]?.data_type !== type);
    if (wrong.length === 0) return pass(name);
    const have = wrong.map(([field]) => `${field} ${info.payload_schema[field]?.data_type ?? 'not indexed'}`);
    return fail(`${name}: ${have.join(', ')}`, wrong.map((each) => each.join(' ')).join(', '));
  },
);

function noIndexes(context: CheckContext): string | undefined {
  const { collections } = context.config;
  const some = configured(context).some(
    (name) => Object.keys(collections[name]?.payload_indexes ?? {}).length > 0,
  );
  return some ? undefined : 'no payload index is configured';
}
