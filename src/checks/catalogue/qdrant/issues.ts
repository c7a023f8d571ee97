import { readIssues } from '../../answers/qdrant.js';
import { defineCheck } from '../../check.js';
import { fail, pass, whenThere } from '../../verdict.js';
import { SILENT, withKey } from './ask.js';

/**
 * Qdrant 1.18 knows of one issue: a search slower than service.slow_query_secs (1.2 s) that filtered on a field
 * without an index (lib/collection/src/problems/unindexed_field.rs). It is gone once the index is made, the
 * collection deleted, or Qdrant restarted.
 */
export const issues = defineCheck({
  id: 'qdrant.issues',
  group: 'qdrant',
  severity: 'warning',
  title: 'Qdrant reports no issue',
  looksAt: "Qdrant's own list at /issues",
  why: 'It notes the fields that slow searches filter on without an index; each such search reads every payload.',
  probe: (context) => withKey(context, '/issues'),
  judge: ([answer]) =>
    whenThere(answer && readIssues(answer), SILENT, (found) => {
      const [first, ...more] = found;
      if (first === undefined) return pass('none');
      return more.length === 0 ? fail(first, 'none') : fail(`${found.length} issues`, 'none', found);
    }),
  remedy:
    'Add the fields to payload_indexes of their collection and provision; a restart of Qdrant forgets the issues.',
  inspect: ({ config, slot, keyFile }) =>
    `curl -sS -H @${keyFile} http://127.0.0.1:${config.qdrant.slots[slot].http}/issues`,
});
