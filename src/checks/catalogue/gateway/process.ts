import { ask, type Observation } from '../../../host/probe.js';
import { workersOf } from '../../../services/gateway/instances.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type GatewayProcess, gatewayProcess } from '../../probes/gateway-process.js';
import { expect, fail, pass, unknown, warn, whenKnown, whenThere } from '../../verdict.js';
import { eachInstance, instancesOf, shared, skipImage } from './shared.js';

const asked = {
  ...shared,
  probe: (context: CheckContext) =>
    instancesOf(context).map(({ unit, home }) =>
      ask(gatewayProcess, { unit, home, workers: workersWanted(context) }),
    ),
  fix: '1.2',
} as const;

/** Null where it is not known, or where the processes are those of a container. */
function workersWanted({ config, facts }: CheckContext): number | null {
  if (config.gateway.artifact.from === 'image') return null;
  return facts.status === 'known' && facts.value !== null ? workersOf(config, facts.value.cpus) : null;
}

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
  title: 'Every worker of the gateway is there, and stays',
  looksAt:
    'the processes of each replica, twice where they are too many or too few; how often systemd had to start it again, and the workers that gunicorn lost in the last hour, by its log',
  why: 'Too few workers make requests wait; a replica or a worker that keeps dying loses those that it had.',
  judge: (processes, context) =>
    whenThere(context.facts, 'the cores of the host are not known', ({ cpus }) =>
      eachInstance(processes, context, (process, { unit }) =>
        whenRunning(process, unit, (value) => judgeWorkers(value, workersOf(context.config, cpus))),
      ),
    ),
  remedy: 'Read the log of the unit for why workers end (memory, time-outs), then restart it.',
});

function judgeWorkers({ workers: have, restarts, lost }: GatewayProcess, want: number): Verdict {
  const expected = `${want} workers, none started again`;
  if (have !== want) return fail(`${have} workers`, expected);
  if (restarts > 0) return warn(`${have} workers, restarted ${restarts} times by systemd`, expected);
  if (lost === null) return unknown('the log of the gateway cannot be read');
  if (lost > 0) return warn(`${have} workers, ${lost} lost and replaced in the last hour`, expected);
  return pass(`${have} workers, none started again`);
}
