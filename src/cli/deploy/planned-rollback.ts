import { assertWayBack } from '../../deploy/gateway/schema.js';
import { installedOn, otherSlot, releaseIn, releasesOn } from '../../deploy/installed.js';
import { possibleStrategies } from '../../deploy/qdrant/strategy.js';
import {
  type DeployRecord,
  isInPlace,
  newRecord,
  type Place,
  phasesInPlace,
  phasesOf,
  type ServiceName,
  setOf,
} from '../../deploy/record.js';
import { serviceOfRelease } from '../../deploy/releases.js';
import { readDeploys } from '../../deploy/store.js';
import { EXIT, VdbError } from '../../errors.js';
import type { CommandContext } from '../context.js';
import { type Session, taskContext } from '../session.js';
import { assertGiven } from './given.js';
import { goesElsewhere } from './going-to.js';
import { type DeployOptions, rollbackStrategyOf, serviceOf } from './options.js';
import { begunBy, chosenStrategy, versionOf } from './planned.js';

/**
 * The record of a rollback that may begin: of the service that is named, else of the one that was deployed last. Throws
 * `rollback.none` where nothing stands by.
 */
export async function plannedRollback(
  context: CommandContext<DeployOptions>,
  session: Session,
): Promise<DeployRecord> {
  const { host, config } = session;
  const deploys = await readDeploys(host, config.paths.state);
  const last = deploys.find(({ state }) => state === 'done');
  const { to: wantedRelease } = context.options;
  const named = wantedRelease === undefined ? undefined : serviceOfRelease(wantedRelease);
  const service: ServiceName = serviceOf(context.options) ?? named ?? last?.service ?? 'gateway';
  const wanted = rollbackStrategyOf(context.options);
  const undone = wanted === undefined ? lastInPlace(deploys, service) : undefined;
  const own =
    undone !== undefined
      ? await ofOneInPlace(session, undone)
      : service === 'gateway'
        ? await ofGateway(session)
        : await ofQdrant(session, deploys, wanted);
  if (wantedRelease !== undefined && wantedRelease !== own.to.release) {
    const { releases } = await releasesOn(host, taskContext(session));
    throw goesElsewhere(wantedRelease, own.to.release, releases);
  }
  return newRecord(
    {
      ...{ kind: 'rollback', service, standby: taskContext(session).standby, configuration: session.digest },
      ...own,
      ...begunBy(context, session),
    },
    undone === undefined ? phasesOf(service, 'rollback') : phasesInPlace('rollback'),
    new Date(),
  );
}

type Own = Pick<DeployRecord, 'from' | 'to' | 'strategy' | 'restores' | 'overrides' | 'undoes'>;

/** The last deploy of a service that ended well, where that was in place and was not taken back. Pure. */
export function lastInPlace(
  deploys: readonly DeployRecord[],
  service: ServiceName,
): DeployRecord | undefined {
  const last = deploys.find((each) => each.service === service && each.state === 'done');
  return last?.kind === 'deploy' && isInPlace(last) ? last : undefined;
}

/** With a restart, as it came in; data that a newer Qdrant has written is not given to an older one. */
async function ofOneInPlace(session: Session, undone: DeployRecord): Promise<Own> {
  const { config, host } = session;
  const installed = await installedOn(host, config.paths.root);
  const { service, from: to, to: from, id } = undone;
  const manifest = installed.find(({ name }) => name === to.release)?.manifest;
  if (manifest === undefined) throw nothingStandsBy(host.target, service);
  if (service === 'gateway') await assertWayBack(host, config, { from, to });
  if (service === 'qdrant' && versionOf(installed, from.release) !== versionOf(installed, to.release))
    throw noStepBack(undone);
  return { from, to: { ...to, sha256: String(manifest?.artefact_sha256 ?? '') }, undoes: id };
}

function noStepBack(undone: DeployRecord): VdbError {
  const set = setOf(undone);
  return new VdbError(
    `Qdrant ${undone.to.release} came in in place: ${undone.from.release} may not be able to read what it has written`,
    {
      ...{ code: 'rollback.no-step-back', exitCode: EXIT.usage },
      meaning: 'Qdrant changes its data from version to version, and there is no way back on the same data.',
      next: `The data of before, in the version of now: vdb restore ${set ?? 'SET'}${set === undefined ? '' : ' --plan'}`,
    },
  );
}

async function ofGateway(session: Session): Promise<Own> {
  const { config, host } = session;
  const { standby } = taskContext(session);
  await assertGiven(session, 'gateway', ['1.1', '4.5']);
  const installed = await installedOn(host, config.paths.root);
  const from = releaseIn(installed, 'gateway', config.gateway.active_slot);
  const to = standby === null ? null : releaseIn(installed, 'gateway', standby);
  if (from === null || to === null) throw nothingStandsBy(host.target, 'gateway');
  await assertWayBack(host, config, { from, to });
  const { artefact_sha256 = '' } = installed.find(({ name }) => name === to.release)?.manifest ?? {};
  return { from, to: { ...to, sha256: String(artefact_sha256) } };
}

/** Without a loss where the data can be carried back; else to the backup set of before the deploy. */
async function ofQdrant(
  session: Session,
  deploys: readonly DeployRecord[],
  wanted: ReturnType<typeof rollbackStrategyOf>,
): Promise<Own> {
  const { config, host } = session;
  const installed = await installedOn(host, config.paths.root);
  const { active_slot: active } = config.qdrant;
  const from = releaseIn(installed, 'qdrant', active);
  const to = releaseIn(installed, 'qdrant', otherSlot(active));
  if (from === null || to === null) throw nothingStandsBy(host.target, 'qdrant');
  await assertGiven(session, 'qdrant', ['4.5']);
  const versions = { from: versionOf(installed, from.release), to: versionOf(installed, to.release) };
  const set = setBefore(deploys, from);
  const possible = [...possibleStrategies(versions, config), ...(set === undefined ? [] : ['set' as const])];
  const strategy = chosenStrategy(possible, wanted);
  const { artefact_sha256 = '' } = installed.find(({ name }) => name === to.release)?.manifest ?? {};
  return {
    ...{ from, to: { ...to, sha256: String(artefact_sha256) }, strategy },
    overrides: { version: versions.to },
    ...(strategy === 'set' && set !== undefined ? { restores: set } : {}),
  };
}

/** The backup set of before the deploy that has brought in what serves. Pure. */
export function setBefore(deploys: readonly DeployRecord[], serving: Place): string | undefined {
  const brought = deploys.find(
    ({ service, kind, state, to }) =>
      service === 'qdrant' &&
      kind === 'deploy' &&
      state === 'done' &&
      to.release === serving.release &&
      to.slot === serving.slot,
  );
  return brought && setOf(brought);
}

function nothingStandsBy(host: string, service: ServiceName): VdbError {
  return new VdbError('There is no release to go back to', {
    ...{ code: 'rollback.none', exitCode: EXIT.usage, host },
    meaning: `No slot of the ${service} stands by: nothing was deployed yet, or a deploy was taken back.`,
    next: 'vdb releases shows what is there.',
  });
}
