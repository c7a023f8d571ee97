import { commandWords } from '../../checks/command-words.js';
import { abort } from '../../deploy/machine.js';
import type { DeployRecord } from '../../deploy/record.js';
import { readDeploys, writeRecord } from '../../deploy/store.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { lockStatus } from '../../host/lock.js';
import { gatewayArtefact } from '../../services/gateway/artefact.js';
import { qdrantRelease } from '../../services/qdrant/artefact.js';
import { deployPlanText, deployText } from '../../ui/deploy/status.js';
import type { CommandContext, Handler } from '../context.js';
import { carriedOut, refuseSecond, tell, theOpen } from '../deploy/carry.js';
import { confirmLoss } from '../deploy/loss.js';
import {
  assertOneWay,
  assertService,
  type DeployOptions,
  inPlaceOf,
  pauseAfterOf,
  servicesOf,
  strategyOf,
} from '../deploy/options.js';
import { overridesOf, withOverrides } from '../deploy/overrides.js';
import { plannedDeploy } from '../deploy/planned.js';
import { deployProgress } from '../deploy/progress.js';
import { rolloutOf } from '../deploy/rollout.js';
import { overHosts } from '../hosts.js';
import { underLock } from '../locked.js';
import { openSession, type Session, withSession } from '../session.js';

type Context = CommandContext<DeployOptions>;

/** `vdb deploy`: what is configured beside what serves, then in its place; on each host, one after the other. */
export const deploy: Handler<DeployOptions> = (context) => {
  const { options, cwd } = context;
  assertService(options);
  assertOneWay(options);
  const asked = {
    ...{ pauseAfter: pauseAfterOf(options), strategy: strategyOf(options) },
    overrides: overridesOf(options, cwd),
  };
  return overHosts(context, (own) =>
    withSession(own, async (session) => {
      const inPlace = inPlaceOf(options, session.config);
      await refuseSecond(session);
      if (options.plan) return showPlans(own, session, { ...asked, inPlace });
      return deployAll(own, session, { ...asked, inPlace });
    }),
  );
};

type Asked = Parameters<typeof plannedDeploy>[3];

/** One service after the other; the next one is looked at when the one before it serves. */
async function deployAll(context: Context, given: Session, asked: Asked): Promise<ExitCode> {
  const done: DeployRecord[] = [];
  let session = given;
  for (const service of servicesOf(context.options, session.config)) {
    if (done.length > 0) session = await openSession(session);
    const record = await plannedDeploy(context, session, service, asked);
    if (record === null) continue;
    const current = session;
    const driven = await carriedOut(context, current, async () => {
      await refuseSecond(current, true);
      return record;
    });
    if (driven.record.state !== 'done') return tell(context, current, driven, done);
    done.push(driven.record);
  }
  const last = done.pop();
  if (last === undefined) return nothingToDo(context, session);
  return tell(context, session, { record: last, interrupted: false }, done);
}

async function showPlans(context: Context, session: Session, asked: Asked): Promise<ExitCode> {
  const { emit, global, terminal, options } = context;
  const records: DeployRecord[] = [];
  for (const service of servicesOf(options, session.config)) {
    const afterQdrant = records.length > 0;
    const record = await plannedDeploy(context, session, service, { ...asked, afterQdrant });
    if (record !== null) records.push(record);
  }
  const last = records.at(-1);
  if (last === undefined) return nothingToDo(context, session);
  emit({ type: 'result', status: 'planned', deploy: last, deploys: records, changed: 0, exit_code: EXIT.ok });
  const texts = records.map((record) => deployPlanText(record, session.config, terminal.color.out));
  if (!global.json) terminal.out([...texts, 'Nothing was changed.'].join('\n\n'));
  return EXIT.ok;
}

function nothingToDo(
  { emit, global, terminal, options }: Context,
  { hostConfig, config }: Session,
): ExitCode {
  emit({ type: 'result', status: 'unchanged', changed: 0, exit_code: EXIT.ok });
  const names = servicesOf(options, config).join(' and ');
  if (!global.json)
    terminal.err(`${hostConfig.name}: ${names}: what serves is the configured release, with these settings.`);
  return EXIT.ok;
}

/** `vdb deploy continue`: goes on where a deploy paused or was cut short. */
export const proceed: Handler<DeployOptions> = (context) =>
  withSession(context, async (session) => {
    const driven = await carriedOut(context, session, async () => {
      const { pause_after: _over, ...record } = await theOpen(session);
      if (isAsBegun(record, session)) return record;
      throw new VdbError(`Deploy ${record.id} was begun with another configuration, or another release`, {
        ...{ code: 'deploy.configuration', exitCode: EXIT.usage, host: session.host.target },
        meaning: 'Half of it would be of the one, half of the other.',
        next: 'Go on with both as they were then, or take it back: vdb deploy abort',
      });
    });
    return tell(context, session, driven);
  });

/** The same configuration, and the same release where it is one of this machine's. */
function isAsBegun({ kind, service, configuration, overrides, to }: DeployRecord, session: Session): boolean {
  if (configuration !== session.digest) return false;
  if (kind === 'rollback') return true;
  const config = withOverrides(session.config, service, overrides);
  return (service === 'gateway' ? gatewayArtefact(config).name : qdrantRelease(config)) === to.release;
}

/** `vdb deploy abort`: users are where they came from, and the new slot is gone. */
export const abandon: Handler<DeployOptions> = (context) =>
  withSession(context, async (session) => {
    const progress = await deployProgress(context);
    const open = await theOpen(session);
    await confirmLoss(context, session, open, await rolloutOf(context, session, open, progress));
    const record = await underLock(
      context,
      session,
      async () => {
        const still = await theOpen(session);
        return abort(still, await rolloutOf(context, session, still, progress), {
          save: (value) => writeRecord(session.host, session.config.paths.state, value),
          onEvent: progress.onEvent,
        });
      },
      ({ state }) => ({ status: state === 'aborted' ? 'done' : 'failed', changed: 1, failed: [] }),
    );
    progress.end();
    return tell(context, session, { record, interrupted: false });
  });

/** `vdb deploy status`: where the last deploy stands. Only looks. */
export const status: Handler<DeployOptions> = (context) =>
  withSession(context, async ({ host, config, hostConfig }) => {
    const [record] = await readDeploys(host, config.paths.state);
    const holder = await lockStatus(host);
    const { emit, terminal, global } = context;
    const data = record === undefined ? { status: 'none' } : { status: record.state, deploy: record };
    const isLocked = ['deploy', 'rollback'].includes(commandWords(holder?.what ?? '')[0] ?? '');
    emit({ type: 'result', host: hostConfig.name, ...data, at_work: isLocked, exit_code: EXIT.ok });
    if (global.json) return EXIT.ok;
    const none = 'Nothing was deployed yet: what runs came by vdb provision.';
    terminal.out(record === undefined ? none : deployText(record, { isLocked }, terminal.color.out));
    return EXIT.ok;
  });
