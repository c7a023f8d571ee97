import { metricValue, readMetrics } from '../../answers/qdrant-metrics.js';
import { defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { expect, fail, pass, unknown, whenThere, worst } from '../../verdict.js';
import { asStranger, log, SILENT, withKey, withReadOnlyKey } from './ask.js';
import { isRefusal } from './health.js';

export const metrics = defineCheck({
  id: 'qdrant.metrics',
  group: 'qdrant',
  severity: 'error',
  title: 'The metrics are there for the read-only key and for nobody else',
  looksAt: '/metrics with the read-only key and without a key',
  why: 'Monitoring reads them with that key; without one they tell a stranger the names of all collections.',
  probe: (context) => [withReadOnlyKey(context, '/metrics'), asStranger(context, '/metrics')],
  judge: ([reader, stranger]) =>
    worst(
      [
        whenThere(stranger, SILENT, judgeStranger),
        whenThere(reader, SILENT, (answer) => judgeReader(answer)),
      ],
      '200 with the read-only key, refused without',
    ),
  remedy: 'Provision the keys; then give monitoring the same read-only key.',
  inspect: log,
  fix: '1.1',
});

function judgeStranger({ status }: HttpAnswer): Verdict {
  if (status === 'timeout') return unknown('Qdrant does not answer in time');
  return expect(isRefusal(status), `/metrics answers ${status} to a stranger`, '401 or 403');
}

/** Text that is no metrics is not what monitoring needs, whatever its status. */
function judgeReader(answer: HttpAnswer): Verdict {
  if (isRefusal(answer.status)) return fail(`the read-only key is refused (${answer.status})`, '200');
  return whenThere(readMetrics({ status: 'known', value: answer }), SILENT, (all) =>
    pass(`${all.length} metrics`),
  );
}

export const recoveryMode = defineCheck({
  id: 'qdrant.recovery-mode',
  group: 'qdrant',
  severity: 'critical',
  title: 'Qdrant is not in recovery mode',
  looksAt: 'the metric app_status_recovery_mode',
  why: 'In recovery mode it loads no collection: it is alive and ready, and refuses every search and write.',
  probe: (context) => withKey(context, '/metrics'),
  judge: ([answer]) =>
    whenThere(answer && readMetrics(answer), SILENT, (all) => {
      const mode = metricValue(all, 'app_status_recovery_mode');
      if (mode === undefined) return unknown('there is no metric app_status_recovery_mode');
      return expect(mode === 0, mode === 0 ? 'off' : 'on', 'off');
    }),
  remedy:
    'Delete or repair what it could not load, unset QDRANT__STORAGE__RECOVERY_MODE and storage.recovery_mode, and restart the slot.',
  inspect: log,
});
