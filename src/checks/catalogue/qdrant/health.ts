import type { Observation } from '../../../host/probe.js';
import { type Check, defineCheck, type Verdict } from '../../check.js';
import type { HttpAnswer } from '../../probes/http.js';
import { expect, fail, unknown, whenKnown, whenThere, worst } from '../../verdict.js';
import { asStranger, log, SILENT, withEmptyKey } from './ask.js';

export const livez = healthy('livez', 'Qdrant is alive', 'A server that does not answer serves nobody.');

export const readyz = healthy(
  'readyz',
  'Qdrant is ready',
  'In a cluster a node is ready only once it has caught up with the others.',
);

/** Qdrant's own health endpoints; they need no key. */
function healthy(path: 'livez' | 'readyz', title: string, why: string): Check {
  return defineCheck({
    id: `qdrant.${path}`,
    group: 'qdrant',
    severity: 'critical',
    title,
    looksAt: `/${path} of the active slot`,
    why,
    probe: (context) => asStranger(context, `/${path}`),
    judge: ([answer], { config, slot }) =>
      whenKnown(answer, (value) => judgeHealth(path, value, config.qdrant.slots[slot].http)),
    remedy: 'Read the log of the unit, then start it, or restart it where it runs and does not answer.',
    inspect: log,
    fix: '1.1',
  });
}

function judgeHealth(path: string, value: HttpAnswer | null, port: number): Verdict {
  const expected = `/${path} answers 200`;
  if (value === null) return fail(`nothing listens on port ${port}`, expected);
  if (value.status === 'timeout') return fail(`/${path} does not answer in time`, expected);
  return expect(value.status === 200, `/${path} answers ${value.status}`, expected);
}

/**
 * Qdrant 1.18 takes an empty key in its configuration for a key: it refuses a call without one, and gives every right
 * to a call with an empty one (src/common/auth/mod.rs, and seen).
 */
export const auth = defineCheck({
  id: 'qdrant.auth',
  group: 'qdrant',
  severity: 'critical',
  title: 'A call without a key is refused',
  looksAt: 'a request for the list of collections without a key, and one with an empty key',
  why: 'Qdrant starts without any protection when its configuration is missing or its key is empty.',
  probe: (context) => [asStranger(context, '/collections'), withEmptyKey(context, '/collections')],
  judge: ([stranger, empty]) =>
    worst(
      [judgeRefusal(stranger, 'to a stranger'), judgeRefusal(empty, 'to an empty key')],
      'refused without a key, and with an empty one',
    ),
  remedy: 'Stop the slot: anyone can read and write. Provision its configuration with the keys.',
  inspect: log,
  fix: '1.1',
});

function judgeRefusal(answer: Observation<HttpAnswer> | undefined, whom: string): Verdict {
  return whenThere(answer, SILENT, ({ status }) =>
    status === 'timeout'
      ? unknown('Qdrant does not answer in time')
      : expect(isRefusal(status), `/collections answers ${status} ${whom}`, '401 or 403'),
  );
}

/** Whether an answer says that the key is missing or not enough. */
export function isRefusal(status: HttpAnswer['status']): boolean {
  return status === 401 || status === 403;
}
