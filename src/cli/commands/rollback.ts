import { releasesOn } from '../../deploy/installed.js';
import { hasRetired } from '../../deploy/record.js';
import { openDeploy } from '../../deploy/store.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { deployPlanText } from '../../ui/deploy/status.js';
import type { CommandContext, Handler } from '../context.js';
import { carriedOut, refuseSecond, tell } from '../deploy/carry.js';
import { goesElsewhere } from '../deploy/going-to.js';
import { confirmSet, lossToSet } from '../deploy/loss.js';
import type { DeployOptions } from '../deploy/options.js';
import { plannedRollback } from '../deploy/planned-rollback.js';
import { validated } from '../deploy/ready.js';
import { overHosts } from '../hosts.js';
import { openSession, type Session, taskContext, withSession } from '../session.js';
import { abandon } from './deploy.js';

type Context = CommandContext<DeployOptions>;

/**
 * `vdb rollback`: the release that served before, with the settings that it had. While a deploy is under way that is to
 * abort it.
 */
export const rollback: Handler<DeployOptions> = (context) =>
  overHosts(context, async (own) => {
    const isOpen = await withSession(own, async (session) => {
      const { host, config } = session;
      const open = await openDeploy(host, config.paths.state);
      if (open === undefined || hasRetired(open)) return false;
      const { to = open.from.release } = own.options;
      if (to === open.from.release) return true;
      throw goesElsewhere(to, open.from.release, (await releasesOn(host, taskContext(session))).releases);
    });
    if (isOpen && !context.options.plan) return abandon(own);
    return withSession(own, (session) => backOn(own, session));
  });

async function backOn(context: Context, session: Session): Promise<ExitCode> {
  await refuseSecond(session);
  const record = await plannedRollback(context, session);
  if (context.options.plan) {
    const { emit, global, terminal } = context;
    const losses = record.restores === undefined ? undefined : await lossToSet(session, record);
    emit({
      ...{ type: 'result', status: 'planned', deploy: record, changed: 0, exit_code: EXIT.ok },
      ...(losses === undefined ? {} : { losses }),
    });
    const text = deployPlanText(record, session.config, terminal.color.out, losses);
    if (!global.json) terminal.out(`${text}\n\nNothing was changed.`);
    return EXIT.ok;
  }
  if (record.restores !== undefined) await confirmSet(context, session, record);
  const driven = await carriedOut(context, session, async () => {
    await refuseSecond(session, true);
    return record;
  });
  const exitCode = await tell(context, session, driven);
  if (driven.record.state !== 'done') return exitCode;
  return validate(context, await openSession(session), record.service);
}

/** What the documents ask for after a rollback: configuration, services, health and performance are looked at. */
async function validate(
  { global, terminal }: Context,
  session: Session,
  service: 'gateway' | 'qdrant',
): Promise<ExitCode> {
  const { checks, wrong } = await validated(session, service);
  if (wrong.length === 0) {
    if (!global.json) terminal.err(`Validated: ${checks} checks, nothing is in the way.`);
    return EXIT.ok;
  }
  if (!global.json) terminal.alert(`Validated: ${checks} checks. Not as it should be: ${wrong.join(', ')}`);
  return EXIT.notReady;
}
