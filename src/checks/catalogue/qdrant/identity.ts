import { upgradeObstacle } from '../../../services/qdrant/upgrade-path.js';
import { isGenuine, plainVersion, readRoot } from '../../answers/qdrant.js';
import { defineCheck, type Verdict } from '../../check.js';
import { expect, fail, pass, unknown, whenThere } from '../../verdict.js';
import { asStranger, SILENT } from './ask.js';

export const genuine = defineCheck({
  id: 'qdrant.genuine',
  group: 'qdrant',
  severity: ({ config }) => (config.qdrant.artifact.from === 'emulator' ? 'warning' : 'critical'),
  title: 'It is Qdrant, not the emulator',
  looksAt: 'title and version at /',
  why: 'The emulator is for trying things out: it is slow, and nobody has tested it with real data.',
  probe: (context) => asStranger(context, '/'),
  judge: ([answer], { config }) =>
    whenThere(answer && readRoot(answer), SILENT, (root) => ({
      ...expect(isGenuine(root), `${root.title} ${root.version}`, 'the real server'),
      // Where the emulator is configured, to provision again would bring it again.
      ...(config.qdrant.artifact.from === 'emulator' ? { fix: undefined } : {}),
    })),
  remedy: 'Set qdrant.artifact to the official release or a file, and provision again.',
  fix: '1.1',
});

export const version = defineCheck({
  id: 'qdrant.version',
  group: 'qdrant',
  severity: 'critical',
  title: 'The running version is the pinned one',
  looksAt: 'the version at /',
  why: 'A version that nobody chose has not been tested with this data, and there is no way back in place.',
  probe: (context) => asStranger(context, '/'),
  judge: ([answer], { config }) =>
    whenThere(answer && readRoot(answer), SILENT, (root) =>
      judgeVersion(plainVersion(root), config.qdrant.version),
    ),
  remedy: 'Provision the pinned version, or pin the one that runs.',
  fix: '1.1',
});

/** Provisioning is offered only where the one version may follow the other. */
function judgeVersion(running: string, pinned: string): Verdict {
  const verdict = expect(running === pinned, running, pinned);
  return upgradeObstacle(running, pinned) === null ? verdict : { ...verdict, fix: undefined };
}

export const upgradePath = defineCheck({
  id: 'qdrant.upgrade-path',
  group: 'qdrant',
  severity: 'error',
  title: 'The configured version can follow the running one',
  looksAt: 'the version at / and the configured one',
  why: 'Qdrant migrates its data one minor version at a time, and refuses neither a jump nor a step back.',
  probe: (context) => asStranger(context, '/'),
  judge: ([answer], { config }) =>
    whenThere(answer && readRoot(answer), SILENT, (root) =>
      judgePath(plainVersion(root), config.qdrant.version),
    ),
  remedy:
    'Upgrade through the last patch of each minor version in between; go back only by restoring a backup.',
});

function judgePath(running: string, configured: string): Verdict {
  if (running === configured) return pass(`${running} runs and is configured`);
  const obstacle = upgradeObstacle(running, configured);
  if (obstacle === undefined) return unknown(`${running} is no version`);
  const step = `${running} runs, ${configured} is configured`;
  return obstacle === null ? pass(step) : fail(step, obstacle);
}
