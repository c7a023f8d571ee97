import { installedOn, releaseIn } from '../../deploy/gateway/plan.js';
import { assertWayBack } from '../../deploy/gateway/schema.js';
import { type DeployRecord, hasRetired, newRecord, PHASES } from '../../deploy/record.js';
import { openDeploy } from '../../deploy/store.js';
import { EXIT, VdbError } from '../../errors.js';
import { deployPlanText } from '../../ui/deploy/status.js';
import { version } from '../../version.js';
import type { CommandContext, Handler } from '../context.js';
import { commandLine } from '../locked.js';
import { operator, type Session, taskContext, withSession } from '../session.js';
import { abandon, assertGiven, carriedOut, type DeployOptions, refuseSecond } from './deploy.js';

/** What a rollback does not need: its release and its settings are there. */
const PHASES_BACK = PHASES.filter((name) => name !== 'stage');

/**
 * `vdb rollback`: the release that served before, with the settings that it had. While a deploy is under way that is to
 * abort it.
 */
export const rollback: Handler<DeployOptions> = async (context) => {
  const isOpen = await withSession(context, async ({ host, config }) => {
    const open = await openDeploy(host, config.paths.state);
    return open !== undefined && !hasRetired(open);
  });
  if (isOpen && !context.options.plan) return abandon(context);
  return withSession(context, async (session) => {
    const record = await planned(context, session);
    if (context.options.plan) {
      const { emit, global, terminal } = context;
      emit({ type: 'result', status: 'planned', deploy: record, changed: 0, exit_code: EXIT.ok });
      if (!global.json) terminal.out(deployPlanText(record, session.config, terminal.color.out));
      return EXIT.ok;
    }
    return carriedOut(context, session, async () => {
      await refuseSecond(session, true);
      return record;
    });
  });
};

async function planned(context: CommandContext<DeployOptions>, session: Session): Promise<DeployRecord> {
  const { config, host, digest } = session;
  const { standby } = taskContext(session);
  await refuseSecond(session);
  await assertGiven(session);
  const installed = await installedOn(host, config.paths.root);
  const from = releaseIn(installed, config.gateway.active_slot);
  const to = standby === null ? null : releaseIn(installed, standby);
  if (from === null || to === null) {
    throw new VdbError('There is no release to go back to', {
      ...{ code: 'rollback.none', exitCode: EXIT.usage, host: host.target },
      meaning: 'No slot of the gateway stands by: nothing was deployed yet, or a deploy was taken back.',
      next: 'vdb releases shows what is there.',
    });
  }
  await assertWayBack(host, config, { from, to });
  const sha256 = String(installed.find(({ name }) => name === to.release)?.manifest?.artefact_sha256 ?? '');
  return newRecord(
    {
      ...{
        kind: 'rollback',
        service: 'gateway',
        from,
        to: { ...to, sha256 },
        standby,
        configuration: digest,
      },
      ...{ by: operator(), command: commandLine(context, session), vdb: version() },
    },
    PHASES_BACK,
    new Date(),
  );
}
