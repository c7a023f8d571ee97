import { gatewayRollout } from '../../deploy/gateway/rollout.js';
import { inPlaceRollout } from '../../deploy/in-place.js';
import { qdrantIn, servingIn } from '../../deploy/installed.js';
import type { Rollout } from '../../deploy/machine.js';
import { qdrantRollout } from '../../deploy/qdrant/rollout.js';
import { copyingOf } from '../../deploy/qdrant/strategy.js';
import { type DeployRecord, isInPlace } from '../../deploy/record.js';
import type { CommandContext } from '../context.js';
import { commandLine } from '../locked.js';
import { type Session, taskContext } from '../session.js';
import { backUpFor, keepSetsOf } from './backup.js';
import { inPlaceOf } from './in-place.js';
import { withOverrides } from './overrides.js';
import type { DeployProgress } from './progress.js';
import { assertReady, surveyed } from './ready.js';

/** How a record is carried out on a host. */
export async function rolloutOf(
  context: CommandContext<unknown>,
  given: Session,
  record: DeployRecord,
  progress: DeployProgress,
): Promise<Rollout> {
  const { gatewayParts, qdrantParts } = await import('../../../tasks/deploy-parts.js');
  const session = { ...given, config: withOverrides(given.config, record.service, record.overrides) };
  const { host } = session;
  const { from, to, standby, service, kind } = record;
  const known = taskContext(session);
  const common = {
    host,
    // By what is configured, not by what is brought: the slot that serves is no worse for another one to come.
    assertReady: () => (kind === 'rollback' ? surveyed : assertReady)(given, service),
    again: commandLine(context, session),
    onLine: progress.onLine,
  };
  if (isInPlace(record)) return inPlaceRollout(await inPlaceOf(context, session, record, common));
  if (service === 'gateway') {
    return gatewayRollout({
      ...common,
      before: servingIn(known, from.slot, standby),
      after: servingIn(known, to.slot, from.slot),
      parts: gatewayParts,
    });
  }
  const [before, after] = [qdrantIn(known, from.slot), qdrantIn(known, to.slot)];
  return qdrantRollout({
    ...{ ...common, before, after, parts: qdrantParts },
    copying: copyingOf(record, { ...common, before, after, parts: qdrantParts }),
    backUp: (asked, stop) => backUpFor(context, session, asked, { stop, onLine: progress.onLine }),
    keepSets: (asked) => keepSetsOf(session, asked),
  });
}
