import type { Config } from '../../config/schema.js';
import { lookAtDatabase } from '../../database/look.js';
import { BASE } from '../../database/rollback.js';
import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import {
  type Halves,
  halvesOf,
  headOf,
  type Place,
  placeOf,
  type Revision,
  tooFarFor,
} from '../../services/citadel/revisions.js';
import { installedOn, releaseIn } from '../installed.js';
import type { DeployRecord, Place as ReleasePlace } from '../record.js';
import { releaseSchemas } from './release-schema.js';

const NOTHING: Halves = { expand: [], contract: [], stuck: null };

/**
 * The migrations that a deploy applies before and after its cutover; a rollback applies none. Throws `deploy.migrations` where
 * they cannot be applied around one cutover, and `rollback.migrations` where the release of before cannot live with the
 * schema any more.
 */
export async function schemaFor(host: Host, config: Config, record: DeployRecord): Promise<Halves> {
  if (record.kind === 'deploy') return schemaOfDeploy(host, config);
  await assertWayBack(host, config, record);
  return NOTHING;
}

/** The same for a deploy that has no record yet. A gateway of one's own has no migrations of ours. */
export async function schemaOfDeploy(host: Host, config: Config): Promise<Halves> {
  const { gateway, postgres } = config;
  if (!postgres.enabled || gateway.artifact.from !== 'reference') return NOTHING;
  const { place } = await lookAtDatabase(host, config);
  if (place.status === 'unknown') return NOTHING;
  const halves = halvesOf(place);
  if (halves.stuck !== null) throw notAroundOneCutover(halves.stuck, host.target);
  return halves;
}

/** What a record says of them: names alone; undefined where there are none. Pure. */
export function migrationsOf({ expand, contract }: Halves): DeployRecord['migrations'] {
  const ids = (revisions: readonly Revision[]): string[] => revisions.map(({ id }) => id);
  if (expand.length + contract.length === 0) return undefined;
  return { expand: ids(expand), contract: ids(contract) };
}

/** Throws `rollback.migrations` where a migration was applied since that the release of before cannot live with. */
export async function assertWayBack(
  host: Host,
  config: Config,
  { from, to }: Pick<DeployRecord, 'from'> & { to: ReleasePlace },
): Promise<void> {
  if (!config.postgres.enabled) return;
  const [own, serving] = await releaseSchemas(host, config.paths.root, [to.release, from.release]);
  if (own == null) return;
  const { place } = await lookAtDatabase(host, config);
  const applied = appliedOf(place, serving ?? []);
  const [first, ...others] = tooFarFor(own, applied);
  if (first === undefined) return;
  const all = [first, ...others].map(({ id, title }) => `${id} (${title})`).join(', ');
  const before = applied[applied.indexOf(first) - 1]?.id ?? BASE;
  throw new VdbError(`${to.release} cannot live with the schema that is there: ${all}`, {
    ...{ code: 'rollback.migrations', exitCode: EXIT.usage, host: host.target },
    meaning: `That took away what it needs: its own newest migration is ${headOf(own) ?? 'none'}.`,
    next: `Go forward: correct the release, then vdb deploy. What went comes back with a backup from before alone: vdb restore SET --only postgres (vdb db rollback --to ${before} brings back its shape, empty).`,
  });
}

/** Throws `db.contracts` where one of these migrations takes away what the gateway that serves needs. */
export async function assertServingCanLiveWith(
  host: Host,
  config: Config,
  coming: readonly Revision[],
): Promise<void> {
  const { gateway, paths } = config;
  if (!gateway.enabled || !coming.some(({ phase }) => phase === 'contract')) return;
  const serving = releaseIn(await installedOn(host, paths.root), 'gateway', gateway.active_slot);
  if (serving === null) return;
  const [own] = await releaseSchemas(host, paths.root, [serving.release]);
  const [first] = own == null ? [] : tooFarFor(own, coming);
  if (first === undefined) return;
  const before = coming[coming.indexOf(first) - 1]?.id;
  throw new VdbError(`${first.id} takes away what the gateway that serves may need`, {
    ...{ code: 'db.contracts', exitCode: EXIT.usage, host: host.target },
    meaning: `${serving.release} is from before ${first.id} (${first.title}).`,
    next: [
      'vdb deploy applies it once that release is stopped',
      ...(before === undefined ? [] : [`up to it: vdb db migrate --to ${before}`]),
      'while nobody is served: vdb provision --only 3.1,1.2',
    ].join('; '),
  });
}

/** What the vdb at work does not know, the release that serves may. */
function appliedOf(place: Place, serving: readonly Revision[]): readonly Revision[] {
  const found = place.status === 'known' ? place : placeOf(place.revisions, serving);
  return found.status === 'known' ? found.applied : [];
}

function notAroundOneCutover({ needed, behind }: NonNullable<Halves['stuck']>, host: string): VdbError {
  return new VdbError(
    `The release cannot be deployed beside what serves: it needs ${needed.id}, which comes after ${behind.id}`,
    {
      ...{ code: 'deploy.migrations', exitCode: EXIT.usage, host },
      meaning: `${behind.id} (${behind.title}) takes away what the release that serves may still need, so it waits for that one's end; the new one needs ${needed.id} (${needed.title}) before it can serve.`,
      next: `Deploy the release that ends with ${behind.id} first, or, while nobody is served: vdb provision --only 3.1,1.2`,
    },
  );
}
