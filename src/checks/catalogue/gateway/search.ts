import { defineCheck } from '../../check.js';
import { type GatewaySearch, hitsWanted, searchGateway } from '../../outside/gateway-search.js';
import { expect, fail, skip, unknown, whenThere } from '../../verdict.js';
import { isElsewhere, shared, skipForeign } from './shared.js';

/** A search finds as many as it is asked for. */
export const search = defineCheck<GatewaySearch>({
  ...shared,
  id: 'gateway.search',
  severity: 'error',
  title: 'A search through the gateway finds what it is asked for',
  looksAt:
    'a search for the three nearest vectors, with the configured key, in the first collection that has as many: those of the configuration, then all others',
  why: 'Each part can be healthy and a search still fail: at the key, the limits, or the way to Qdrant.',
  skip: skipForeign,
  look: searchGateway,
  judge: ([found], { config }) =>
    whenThere(found, 'nobody searched', (value) => {
      const wanted = hitsWanted(config);
      if ('empty' in value) return skip(`none of ${value.empty} collections has ${wanted} points yet`);
      const expected = `${wanted} results`;
      if ('failure' in value)
        return isElsewhere(value.status) ? unknown(value.failure) : fail(value.failure, expected);
      const { collection, hits, tookMs } = value;
      return expect(hits === wanted, `${hits} of ${collection} in ${Math.round(tookMs)} ms`, expected);
    }),
  remedy: 'Read the log of the gateway at the time of the search.',
});
