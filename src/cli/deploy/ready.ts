import type { CheckReport } from '../../checks/report.js';
import { blocks } from '../../checks/result.js';
import type { ServiceName } from '../../deploy/record.js';
import { EXIT, VdbError } from '../../errors.js';
import { runRound } from '../check/round.js';
import type { Connection } from '../session.js';

/** What a deploy brings itself: that it is not there yet is no reason not to begin. */
const BROUGHT: Readonly<Record<ServiceName, ReadonlySet<string>>> = {
  gateway: new Set(['1.2', '4.5']),
  qdrant: new Set(['1.1', '4.5']),
};

/** Runs all checks. Throws `deploy.not-ready` where one stands in the way that a deploy does not mend itself. */
export async function assertReady(connection: Connection, service: ServiceName): Promise<string> {
  const { selectChecks } = await import('../../checks/select.js');
  const { CATALOGUE } = await import('../../checks/catalogue/index.js');
  const report = await runRound(connection, () =>
    selectChecks(CATALOGUE, { words: ['readiness'], exclude: [] }),
  );
  const wrong = inTheWay(report, service);
  if (wrong.length === 0) return `${report.results.length} checks`;
  throw new VdbError(`The host is not in order: ${wrong.join(', ')}`, {
    ...{ code: 'deploy.not-ready', exitCode: EXIT.notReady, host: connection.host.target },
    meaning: 'A new release on a host with other trouble would be hard to judge.',
    next: `vdb check ${wrong[0]?.split(' ')[0]}`,
  });
}

/** The checks that forbid a deploy of a service. Drift is what a deploy is for. Pure. */
export function inTheWay({ results }: Pick<CheckReport, 'results'>, service: ServiceName): string[] {
  const isBrought = (fix: string | undefined): boolean =>
    fix?.split(',').every((task) => BROUGHT[service].has(task)) === true;
  return results
    .filter(blocks)
    .filter(({ id, fix }) => !id.startsWith('drift') && !isBrought(fix))
    .map(({ id, seen }) => `${id} (${seen})`);
}
