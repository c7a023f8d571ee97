import type { SlotName } from '../../config/schema.js';
import { migrationsOf, schemaOfDeploy } from '../../deploy/gateway/schema.js';
import { dueSteps, installedOn, otherSlot, releaseIn } from '../../deploy/installed.js';
import { possibleStrategies } from '../../deploy/qdrant/strategy.js';
import {
  type DeployRecord,
  newRecord,
  type PhaseName,
  phasesInPlace,
  phasesOf,
  type ServiceName,
  type Strategy,
} from '../../deploy/record.js';
import type { Installed } from '../../deploy/releases.js';
import { EXIT, VdbError } from '../../errors.js';
import { gatewayArtefact } from '../../services/gateway/artefact.js';
import { qdrantRelease, qdrantSource } from '../../services/qdrant/artefact.js';
import { adminHeader } from '../../services/qdrant/place.js';
import { upgradeObstacle } from '../../services/qdrant/upgrade-path.js';
import { version } from '../../version.js';
import type { CommandContext } from '../context.js';
import { commandLine } from '../locked.js';
import { operator, type Session, taskContext } from '../session.js';
import { assertGiven } from './given.js';
import { type Overrides, withOverrides } from './overrides.js';

/** What is asked of a deploy. */
export interface Asked {
  pauseAfter: PhaseName | undefined;
  strategy: Strategy | undefined;
  overrides: Overrides | undefined;
  /** In the slot that serves, with a restart. */
  inPlace: boolean;
  /** Qdrant is deployed before: that it is not yet as configured is no reason not to plan. */
  afterQdrant?: boolean;
}

/** The record of a deploy that may begin; null where the host has all of it. */
export async function plannedDeploy(
  context: CommandContext<unknown>,
  given: Session,
  service: ServiceName,
  asked: Asked,
): Promise<DeployRecord | null> {
  const { pauseAfter, overrides, inPlace } = asked;
  const session = { ...given, config: withOverrides(given.config, service, overrides) };
  const own = service === 'gateway' ? await ofGateway(session, asked) : await ofQdrant(session, asked);
  if (own === null) return null;
  return newRecord(
    {
      ...{ kind: 'deploy', service, standby: taskContext(session).standby, configuration: session.digest },
      ...own,
      ...begunBy(context, session),
      ...(pauseAfter === undefined ? {} : { pause_after: pauseAfter }),
      ...(overrides === undefined ? {} : { overrides }),
    },
    inPlace ? phasesInPlace('deploy') : phasesOf(service, 'deploy'),
    new Date(),
  );
}

/** Who, by which command, with which vdb. */
export function begunBy(context: CommandContext<unknown>, session: Session) {
  return { by: operator(), command: commandLine(context, session), vdb: version() };
}

type Own = Pick<DeployRecord, 'from' | 'to' | 'strategy' | 'migrations'>;

async function ofGateway(session: Session, { inPlace, afterQdrant }: Asked): Promise<Own | null> {
  const { config, host } = session;
  if (!config.gateway.enabled) throw notThere('The configuration has no gateway (gateway.enabled)');
  const slot = config.gateway.active_slot;
  const from = releaseIn(await installedOn(host, config.paths.root), 'gateway', slot);
  if (from === null) throw notThere(`Slot ${slot} has no gateway yet, so there is nothing to replace`);
  await assertGiven(session, 'gateway', [...(afterQdrant ? [] : ['1.1' as const]), ...edgeOf(inPlace)]);
  const { gateway } = await import('../../../tasks/1.2-gateway.js');
  if ((await dueSteps(host, [gateway], taskContext(session))).length === 0) return null;
  const { name, sha256 } = gatewayArtefact(config);
  const migrations = migrationsOf(await schemaOfDeploy(host, config));
  return {
    ...{ from, to: { slot: slotFor(slot, inPlace), release: name, sha256 } },
    ...(migrations === undefined ? {} : { migrations }),
  };
}

async function ofQdrant(session: Session, { inPlace, strategy: wanted }: Asked): Promise<Own | null> {
  const { config, host, facts } = session;
  const slot = config.qdrant.active_slot;
  const installed = await installedOn(host, config.paths.root);
  const from = releaseIn(installed, 'qdrant', slot);
  if (from === null) throw notThere(`Slot ${slot} has no Qdrant yet, so there is nothing to replace`);
  const versions = { from: versionOf(installed, from.release), to: config.qdrant.version };
  const obstacle = upgradeObstacle(versions.from, versions.to);
  if (obstacle !== null) throw noWay(versions, obstacle);
  const { qdrant } = await import('../../../tasks/1.1-qdrant.js');
  const due = await dueSteps(host, [qdrant], taskContext(session));
  if (due.length === 0) return null;
  if (due.some(({ resource }) => resource.id === `file:${adminHeader(config)}`)) throw otherKeys();
  const source = qdrantSource(config, facts);
  const release = qdrantRelease(config);
  assertNotReplaced(installed, { release, sha256: source.sha256, serving: from.release });
  await assertGiven(session, 'qdrant', edgeOf(inPlace));
  const to = { slot: slotFor(slot, inPlace), release, sha256: source.sha256 };
  if (inPlace) return { from, to };
  return { from, to, strategy: chosenStrategy(possibleStrategies(versions, config), wanted) };
}

/** In place the edge may change with what is behind it. */
function edgeOf(inPlace: boolean): readonly '4.5'[] {
  return inPlace ? [] : ['4.5'];
}

function slotFor(serving: SlotName, inPlace: boolean): SlotName {
  return inPlace ? serving : otherSlot(serving);
}

/** The version of a release by its manifest; '' where that does not say. */
export function versionOf(installed: readonly Installed[], release: string): string {
  const { version: said } = installed.find(({ name }) => name === release)?.manifest ?? {};
  return typeof said === 'string' ? said : '';
}

const NEEDS: Readonly<Record<Strategy, string>> = {
  replicate:
    'It takes a cluster (qdrant.cluster.enabled), the real Qdrant, and versions that are one minor apart at most.',
  snapshot: 'A snapshot is taken by its own version or the next one.',
  set: 'There is no backup set of before a deploy of what serves.',
};

/** The first that is possible where none is asked for. Throws `deploy.strategy`. */
export function chosenStrategy(possible: readonly Strategy[], wanted: Strategy | undefined): Strategy {
  const found = wanted === undefined ? possible[0] : possible.find((each) => each === wanted);
  if (found !== undefined) return found;
  const what =
    wanted === undefined
      ? 'What Qdrant holds cannot be brought there'
      : `--strategy ${wanted} is not possible here`;
  throw new VdbError(what, {
    ...{ code: 'deploy.strategy', exitCode: EXIT.usage },
    meaning: NEEDS[wanted ?? 'set'],
    ...(possible.length === 0 ? {} : { next: `Possible: ${possible.join(', ')}` }),
  });
}

/** A release is never replaced under what runs from it. */
function assertNotReplaced(
  installed: readonly Installed[],
  { release, sha256, serving }: { release: string; sha256: string | undefined; serving: string },
): void {
  const there = installed.find(({ name }) => name === release)?.manifest?.artefact_sha256;
  if (release !== serving || there === undefined || sha256 === undefined || there === sha256) return;
  throw new VdbError(`Release ${release} serves, and is to be replaced by another one of its name`, {
    ...{ code: 'deploy.same-release', exitCode: EXIT.usage },
    meaning: `Installed is ${String(there).slice(0, 12)}, configured ${sha256.slice(0, 12)} (SHA-256).`,
    next: 'With a restart: vdb provision --only 1.1',
  });
}

function noWay({ from, to }: { from: string; to: string }, obstacle: string | undefined): VdbError {
  return new VdbError(
    `Qdrant ${to} cannot follow ${from || 'what serves'}: it takes ${obstacle ?? 'two versions that can be compared'}`,
    {
      ...{ code: 'deploy.version', exitCode: EXIT.usage },
      meaning: 'One minor version at a time, by the last patch of each, and never back in place.',
      next: 'Set qdrant.version to the last patch of the next minor version. Back: vdb rollback --service qdrant',
    },
  );
}

function otherKeys(): VdbError {
  return new VdbError('The key of Qdrant is another one in the configuration', {
    ...{ code: 'deploy.keys', exitCode: EXIT.usage },
    meaning: 'Two slots with different keys cannot serve the same clients.',
    next: 'Change keys with a restart: vdb provision --only 1.1,1.2',
  });
}

function notThere(message: string): VdbError {
  return new VdbError(message, {
    ...{ code: 'deploy.nothing-there', exitCode: EXIT.usage },
    meaning: 'A deploy brings a new release in after one that serves.',
    next: 'vdb provision installs the first one.',
  });
}
