import { atHead } from '../../checks/catalogue/postgres/migrations.js';
import type { CheckReport } from '../../checks/report.js';
import { blocks, type CheckResult } from '../../checks/result.js';
import { servingIn } from '../../deploy/gateway/plan.js';
import { type GatewayDeploy, gatewayRollout } from '../../deploy/gateway/rollout.js';
import type { Rollout } from '../../deploy/machine.js';
import type { DeployRecord } from '../../deploy/record.js';
import { EXIT, VdbError } from '../../errors.js';
import { runRound } from '../check/round.js';
import type { CommandContext } from '../context.js';
import { commandLine } from '../locked.js';
import { type Connection, type Session, taskContext } from '../session.js';
import type { DeployProgress } from './progress.js';

/** What a deploy brings itself: that it is not there yet is no reason not to begin. */
const BROUGHT = new Set(['1.2', '4.5']);

/** How a record is carried out on a host. */
export async function rolloutOf(
  context: CommandContext<unknown>,
  session: Session,
  record: DeployRecord,
  progress: DeployProgress,
): Promise<Rollout> {
  const { deployParts } = await import('../../../tasks/deploy-parts.js');
  const { from, to, standby } = record;
  const known = taskContext(session);
  const deploy: GatewayDeploy = {
    host: session.host,
    before: servingIn(known, from.slot, standby),
    after: servingIn(known, to.slot, from.slot),
    parts: deployParts,
    assertReady: () => assertReady(session),
    again: commandLine(context, session),
    onLine: progress.onLine,
  };
  return gatewayRollout(deploy);
}

/** Runs all checks. Throws `deploy.not-ready` where one stands in the way that a deploy does not mend itself. */
async function assertReady(connection: Connection): Promise<string> {
  const { selectChecks } = await import('../../checks/select.js');
  const { CATALOGUE } = await import('../../checks/catalogue/index.js');
  const report = await runRound(connection, () =>
    selectChecks(CATALOGUE, { words: ['readiness'], exclude: [] }),
  );
  const wrong = inTheWay(report, { migrates: connection.config.gateway.artifact.from === 'reference' });
  if (wrong.length === 0) return `${report.results.length} checks`;
  throw new VdbError(`The host is not in order: ${wrong.join(', ')}`, {
    ...{ code: 'deploy.not-ready', exitCode: EXIT.notReady, host: connection.host.target },
    meaning: 'A new release on a host with other trouble would be hard to judge.',
    next: `vdb check ${wrong[0]?.split(' ')[0]}`,
  });
}

/** The checks that forbid a deploy. Drift is what a deploy is for, and so are migrations of vdb's own gateway. Pure. */
export function inTheWay(
  { results }: Pick<CheckReport, 'results'>,
  { migrates }: { migrates: boolean },
): string[] {
  const isBrought = ({ id, fix }: CheckResult): boolean =>
    fix?.split(',').every((task) => BROUGHT.has(task)) === true ||
    (migrates && id === atHead.id && fix !== undefined);
  return results
    .filter(blocks)
    .filter((result) => !result.id.startsWith('drift') && !isBrought(result))
    .map(({ id, seen }) => `${id} (${seen})`);
}
