import type { Config } from '../../config/schema.js';
import { PHASES, type PhaseName, type ServiceName, STRATEGIES, type Strategy } from '../../deploy/record.js';
import { EXIT, VdbError } from '../../errors.js';

/** Options of `vdb deploy` and `vdb rollback`. */
export interface DeployOptions {
  service?: string;
  blueGreen?: boolean;
  inPlace?: boolean;
  strategy?: string;
  version?: string;
  artifact?: string;
  plan?: boolean;
  pauseAfter?: string;
  report?: string;
  /** Of a rollback: the release that it has to go to. */
  to?: string;
}

/** Qdrant first: a new gateway may need what a new Qdrant can do. */
const ALL: readonly ServiceName[] = ['qdrant', 'gateway'];

/** Throws `usage` where `--service` names none. */
export function assertService({ service = 'all' }: DeployOptions): void {
  oneOf('--service', service, [...ALL, 'all']);
}

/** The services that are meant; those of the configuration where none is named. Throws `usage`. */
export function servicesOf(
  { service = 'all' }: DeployOptions,
  { gateway }: Pick<Config, 'gateway'>,
): ServiceName[] {
  if (service === 'all') return ALL.filter((name) => name !== 'gateway' || gateway.enabled);
  return [oneOf('--service', service, ALL)];
}

/** The one service that is named; undefined where none is. Throws `usage`. */
export function serviceOf({ service }: DeployOptions): ServiceName | undefined {
  return service === undefined ? undefined : oneOf('--service', service, ALL);
}

/** How a rollback brings the data back; undefined: as it can be. Throws `usage`. */
export function rollbackStrategyOf({ strategy }: DeployOptions): Strategy | undefined {
  return strategy === undefined ? undefined : oneOf('--strategy', strategy, STRATEGIES);
}

/** The phase after which a deploy waits. Throws `usage`. */
export function pauseAfterOf({ pauseAfter }: DeployOptions): PhaseName | undefined {
  return pauseAfter === undefined ? undefined : oneOf('--pause-after', pauseAfter, PHASES);
}

/** How data is to be copied; undefined: as it can be. Throws `usage`. */
export function strategyOf({ strategy }: DeployOptions): Strategy | undefined {
  if (strategy === undefined) return undefined;
  return oneOf(
    '--strategy',
    strategy,
    STRATEGIES.filter((name) => name !== 'set'),
  );
}

function oneOf<T extends string>(option: string, word: string, known: readonly T[]): T {
  const found = known.find((each) => each === word);
  if (found !== undefined) return found;
  throw new VdbError(`${option} does not know "${word}"`, {
    ...{ code: 'usage', exitCode: EXIT.usage },
    next: `It takes ${known.join(', ')}.`,
  });
}

/** Throws `usage` where the options are of more than one way to bring a release in. */
export function assertOneWay({ blueGreen, inPlace, strategy }: DeployOptions): void {
  if (blueGreen && inPlace) throw oneOnly('--blue-green', '--in-place');
  if (inPlace && strategy !== undefined) throw oneOnly('--strategy', '--in-place');
}

/** With a restart: as the options say, else the configuration. */
export function inPlaceOf(
  { blueGreen, inPlace, strategy }: DeployOptions,
  { deployment }: Pick<Config, 'deployment'>,
): boolean {
  if (blueGreen || strategy !== undefined) return false;
  return inPlace ?? deployment.strategy === 'in_place';
}

function oneOnly(one: string, other: string): VdbError {
  return new VdbError(`${one} and ${other} exclude each other`, {
    ...{ code: 'usage', exitCode: EXIT.usage },
    meaning: 'Beside what serves, with its data copied; or in its place, with a restart.',
  });
}
