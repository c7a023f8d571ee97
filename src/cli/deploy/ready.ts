import { atHead } from '../../checks/catalogue/postgres/migrations.js';
import type { CheckReport } from '../../checks/report.js';
import { blocks, type CheckResult } from '../../checks/result.js';
import type { ServiceName } from '../../deploy/record.js';
import { EXIT, VdbError } from '../../errors.js';
import { runRound } from '../check/round.js';
import type { Connection } from '../session.js';

/** What a deploy brings itself: that it is not there yet is no reason not to begin. */
const BROUGHT: Readonly<Record<ServiceName, ReadonlySet<string>>> = {
  gateway: new Set(['1.2', '4.5']),
  qdrant: new Set(['1.1', '4.5']),
};

/** What a deploy or a rollback changes itself: which version runs, and whether that follows the one before. */
const CHANGED: Readonly<Record<ServiceName, ReadonlySet<string>>> = {
  gateway: new Set(),
  qdrant: new Set(['qdrant.version', 'qdrant.upgrade-path']),
};

/** What all checks say of a host on which a service is deployed. */
export interface Validated {
  /** How many there are. */
  checks: number;
  /** Those that fail, and that no deploy of the service mends, with what was seen. */
  wrong: string[];
}

/** Runs all checks of readiness. */
export async function validated(connection: Connection, service: ServiceName): Promise<Validated> {
  const { selectChecks } = await import('../../checks/select.js');
  const { CATALOGUE } = await import('../../checks/catalogue/index.js');
  const report = await runRound(connection, () =>
    selectChecks(CATALOGUE, { words: ['readiness'], exclude: [] }),
  );
  const migrates = service === 'gateway' && connection.config.gateway.artifact.from === 'reference';
  return { checks: report.results.length, wrong: inTheWay(report, { service, migrates }) };
}

/** Says in a line how many checks there are. Throws `deploy.not-ready` where one stands in the way that a deploy does not mend itself. */
export async function assertReady(connection: Connection, service: ServiceName): Promise<string> {
  const { checks, wrong } = await validated(connection, service);
  if (wrong.length === 0) return `${checks} checks`;
  throw new VdbError(`The host is not in order: ${wrong.join(', ')}`, {
    ...{ code: 'deploy.not-ready', exitCode: EXIT.notReady, host: connection.host.target },
    meaning: 'A new release on a host with other trouble would be hard to judge.',
    next: `vdb check ${wrong[0]?.split(' ')[0]}`,
  });
}

/** The same, which only says what is wrong: that may be the reason why somebody goes back. */
export async function surveyed(connection: Connection, service: ServiceName): Promise<string> {
  const { checks, wrong } = await validated(connection, service);
  return wrong.length === 0 ? `${checks} checks` : `${checks} checks, not in order: ${wrong.join(', ')}`;
}

/**
 * The checks that forbid a deploy of a service. Drift is what a deploy is for, and so are migrations of vdb's own gateway:
 * `migrates`. Pure.
 */
export function inTheWay(
  { results }: Pick<CheckReport, 'results'>,
  { service, migrates }: { service: ServiceName; migrates: boolean },
): string[] {
  const isBrought = ({ id, fix }: CheckResult): boolean =>
    fix?.split(',').every((task) => BROUGHT[service].has(task)) === true ||
    (migrates && id === atHead.id && fix !== undefined);
  return results
    .filter(blocks)
    .filter(({ id }) => !id.startsWith('drift') && !CHANGED[service].has(id))
    .filter((result) => !isBrought(result))
    .map(({ id, seen }) => `${id} (${seen})`);
}
