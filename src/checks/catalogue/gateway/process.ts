import { ask, type Observation } from '../../../host/probe.js';
import { workersOf } from '../../../services/gateway/instances.js';
import { defineCheck, type Verdict } from '../../check.js';
import { type GatewayProcess, gatewayProcess } from '../../probes/gateway-process.js';
import { expect, fail, pass, warn, whenKnown, whenThere } from '../../verdict.js';
import { eachInstance, instancesOf, shared, skipImage } from './shared.js';

const asked = {
  ...shared,
  probe: (context: Parameters<typeof instancesOf>[0]) =>
    instancesOf(context).map(({ unit, home }) => ask(gatewayProcess, { unit, home })),
  fix: '1.2',
} as const;

function whenRunning(
  observation: Observation<GatewayProcess> | undefined,
  unit: string,
  judge: (process: GatewayProcess) => Verdict,
): Verdict {
  return whenKnown(observation, (value) =>
    value === null ? fail(`${unit} does not run`, 'it runs') : judge(value),
  );
}

/** What runs is what is installed. */
export const release = defineCheck<GatewayProcess>({
  ...asked,
  id: 'gateway.release',
  severity: 'error',
  title: 'The gateway runs from the active release',
  looksAt: 'the directory that each replica was started in, against the link to its release',
  why: 'A process that was not restarted after an installation serves the old version, from files that may be gone.',
  judge: (processes, context) =>
    eachInstance(processes, context, (process, { unit, home }) =>
      whenRunning(process, unit, ({ runs, release }) => {
        if (release === '') return fail(`${home} points nowhere`, 'a release');
        return expect(runs === release, `runs from ${runs}`, release);
      }),
    ),
  remedy: 'Install the release again; the replica is restarted where it runs from another one.',
});

/** As many workers as configured, and none that had to be started again. */
export const workers = defineCheck<GatewayProcess>({
  ...asked,
  skip: skipImage,
  id: 'gateway.workers',
  severity: 'error',
  title: 'Every worker of the gateway is there',
  looksAt: 'the processes of each replica, and how often systemd had to start it again',
  why: 'Too few workers make requests wait; a replica that keeps dying loses those that it had.',
  judge: (processes, context) =>
    whenThere(context.facts, 'the cores of the host are not known', ({ cpus }) =>
      eachInstance(processes, context, (process, { unit }) =>
        whenRunning(process, unit, (value) => judgeWorkers(value, workersOf(context.config, cpus))),
      ),
    ),
  remedy: 'Read the log of the unit for why workers end (memory, time-outs), then restart it.',
});

function judgeWorkers({ workers: have, restarts }: GatewayProcess, want: number): Verdict {
  const expected = `${want} workers, no restarts`;
  if (have !== want) return fail(`${have} workers`, expected);
  const seen = `${have} workers, restarted ${restarts} times by systemd`;
  return restarts > 0 ? warn(seen, expected) : pass(`${have} workers, no restarts`);
}
