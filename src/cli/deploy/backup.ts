import { createSet } from '../../backup/create/create.js';
import { tellingOf } from '../../backup/metrics.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { pinSet, unpinSet } from '../../backup/sets/pin.js';
import { judgeSets, newestWhole } from '../../backup/sets/state.js';
import { parseDuration } from '../../config/units.js';
import { Stopped } from '../../deploy/machine.js';
import { type DeployRecord, setOf } from '../../deploy/record.js';
import { readDeploys } from '../../deploy/store.js';
import { activeSlot } from '../../services/host-state.js';
import { version } from '../../version.js';
import type { CommandContext } from '../context.js';
import { operator, type Session } from '../session.js';

/** How the pin of a deploy begins; the rest is its name. */
const PINNED = 'vdb deploy ';

interface Following {
  stop: AbortSignal;
  onLine(line: string): void;
}

/**
 * The newest whole set where it is young enough (`deployment.backup_max_age`), else a new one; pinned, as a rollback may
 * want it. Throws as `vdb backup` does.
 */
export async function backUpFor(
  context: CommandContext<unknown>,
  session: Session,
  { id }: DeployRecord,
  following: Following,
): Promise<{ set: string; note: string }> {
  const { host, config } = session;
  const { sets } = await lookAtSets(host, config.paths.backups);
  const newest = newestWhole(judgeSets(sets, new Date()));
  const ageMs = newest === undefined ? Number.POSITIVE_INFINITY : Date.now() - newest.begun;
  const isYoung = ageMs <= (parseDuration(config.deployment.backup_max_age) ?? 0) * 1000;
  const set = isYoung && newest !== undefined ? newest.id : await taken(context, session, following);
  if (newest?.id !== set || newest.pin === null) {
    const pin = { reason: `${PINNED}${id}`, by: operator(), at: new Date().toISOString() };
    await pinSet(host, config.paths.backups, set, pin);
  }
  return { set, note: `backup ${set}${isYoung ? '' : ' was taken'}` };
}

async function taken(
  context: CommandContext<unknown>,
  session: Session,
  { stop, onLine }: Following,
): Promise<string> {
  const { host, config, hostConfig, facts, state } = session;
  onLine('take a backup');
  const outcome = await tellingOf(host, onLine, () =>
    createSet({
      host,
      config,
      slot: activeSlot(config, state),
      about: { name: hostConfig.name, hostname: facts.hostname, os: facts.os.name },
      vdb: version(),
      secrets: context.redactor.forms(),
      consistent: config.backup.consistent,
      stop,
      onEvent: (event) => {
        if (event.type === 'part-started') onLine(`back up ${event.part.path}`);
      },
    }),
  );
  if (outcome.status === 'interrupted') throw new Stopped();
  return outcome.manifest.id;
}

/** Leaves sets to retention that deploys have pinned, but for the one that a rollback would go to now. */
export async function keepSetsOf({ host, config }: Session, record: DeployRecord): Promise<void> {
  const { sets } = await lookAtSets(host, config.paths.backups);
  const earlier = (await readDeploys(host, config.paths.state)).filter(({ id }) => id !== record.id);
  const last = [record, ...earlier].find(
    ({ service, kind, state, phases }) =>
      service === 'qdrant' && kind === 'deploy' && (state === 'done' || phases.at(-1)?.status === 'running'),
  );
  const kept = last === undefined ? undefined : setOf(last);
  for (const { id, pin } of sets)
    if (pin?.reason.startsWith(PINNED) && id !== kept) await unpinSet(host, config.paths.backups, id);
}
