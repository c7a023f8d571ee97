import { ask, type Probe } from '../../host/probe.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../check.js';
import { slotUnit } from '../place.js';
import { type HttpAnswer, localHttp } from '../probes/http.js';
import { isGenuine, plainVersion, readRoot } from '../qdrant-answer.js';
import { expect, fail, unknown, whenKnown, whenThere } from '../verdict.js';
import { loopback } from './qdrant-loopback.js';

const SILENT = 'Qdrant does not answer';
const log = ({ slot }: CheckContext): string => `journalctl -u ${slotUnit(slot)} -n 50 --no-pager`;

/** A keyless request to the active slot. */
function asStranger({ config, slot }: CheckContext, path: string): Probe<HttpAnswer> {
  return ask(localHttp, { port: config.qdrant.slots[slot].http, path, keyFile: null });
}

const genuine = defineCheck({
  id: 'qdrant.genuine',
  group: 'qdrant',
  severity: ({ config }) => (config.qdrant.artifact.from === 'emulator' ? 'warning' : 'critical'),
  title: 'It is Qdrant, not the emulator',
  looksAt: 'title and version at /',
  why: 'The emulator is for trying things out: it is slow, and nobody has tested it with real data.',
  probe: (context) => asStranger(context, '/'),
  judge: ([answer]) =>
    whenThere(answer && readRoot(answer), SILENT, (root) =>
      expect(isGenuine(root), `${root.title} ${root.version}`, 'the real server'),
    ),
  remedy: 'Set qdrant.artifact to the official release or a file, and provision again.',
  fix: '1.1',
});

const version = defineCheck({
  id: 'qdrant.version',
  group: 'qdrant',
  severity: 'critical',
  title: 'The running version is the pinned one',
  looksAt: 'the version at /',
  why: 'A version that nobody chose has not been tested with this data, and there is no way back in place.',
  probe: (context) => asStranger(context, '/'),
  judge: ([answer], { config }) =>
    whenThere(answer && readRoot(answer), SILENT, (root) =>
      expect(plainVersion(root) === config.qdrant.version, plainVersion(root), config.qdrant.version),
    ),
  remedy: 'Provision the pinned version, or pin the one that runs.',
  fix: '1.1',
});

/** Qdrant's own health endpoints; they need no key. */
function healthy(path: 'livez' | 'readyz', title: string): Check {
  return defineCheck({
    id: `qdrant.${path}`,
    group: 'qdrant',
    severity: 'critical',
    title,
    looksAt: `/${path} of the active slot`,
    why:
      path === 'livez'
        ? 'A server that does not answer serves nobody.'
        : 'In a cluster a node is ready only once it has caught up with the others.',
    probe: (context) => asStranger(context, `/${path}`),
    judge: ([answer], { config, slot }) =>
      whenKnown(answer, (value) => judgeHealth(path, value, config.qdrant.slots[slot].http)),
    remedy: 'Read the log of the unit, then start it again.',
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

const auth = defineCheck({
  id: 'qdrant.auth',
  group: 'qdrant',
  severity: 'critical',
  title: 'A call without a key is refused',
  looksAt: 'a request for the list of collections without a key',
  why: 'Qdrant starts without any protection when its configuration is missing or its key is empty.',
  probe: (context) => asStranger(context, '/collections'),
  judge: ([answer]) =>
    whenThere(answer, SILENT, ({ status }) =>
      status === 'timeout'
        ? unknown('Qdrant does not answer in time')
        : expect(
            status === 401 || status === 403,
            `/collections answers ${status} to a stranger`,
            '401 or 403',
          ),
    ),
  remedy: 'Stop the slot: anyone can read and write. Provision its configuration with the keys.',
  inspect: log,
  fix: '1.1',
});

export const qdrantChecks: readonly Check[] = [
  genuine,
  version,
  healthy('livez', 'Qdrant is alive'),
  healthy('readyz', 'Qdrant is ready'),
  auth,
  loopback,
];
