import type { Config } from '../config/schema.js';
import type { Change } from '../engine/resource.js';
import { EXIT } from '../errors.js';
import type { Host } from '../host/host.js';
import { type Observation, observe } from '../host/probe.js';
import { askLayer } from '../resources/database-layer.js';
import type { LayerState } from '../resources/database-layer-probe.js';
import { fileTree } from '../resources/file-tree.js';
import { layerDigest, layerRevisions, layerTree } from '../services/citadel/layer.js';
import { citadelOf } from '../services/citadel/place.js';
import { headOf, missingFrom, type Place, placeOf } from '../services/citadel/revisions.js';
import { notReady, schemaBroken, schemaUnknown } from './errors.js';

/** What is known of a database and its layer from one look at the host. */
export interface DatabaseLook {
  database: string;
  place: Place;
  /** Tables and columns that its migrations made and that are not there. */
  missing: readonly string[];
  /** The newest migration of this release. */
  head: string;
  /** What differs between the layer on the host and that of this release; null where nothing does. */
  layer: Change | null;
  /** Why the layer cannot run; null when it can. */
  lacking: string | null;
  /** The layer passed its test as it is in this release. */
  tested: boolean;
}

/** Looks at the database of the configuration and at its layer. Throws `db.not-ready` where PostgreSQL does not answer. */
export async function lookAtDatabase(host: Host, config: Config): Promise<DatabaseLook> {
  const { database } = config.postgres;
  const tree = fileTree({ root: config.paths.citadel, title: 'database layer', files: layerTree() });
  const [files, layer] = await observe(host, [
    tree.probe,
    askLayer({ citadel: citadelOf(config), database }),
  ]);
  const state = seen(layer as Observation<LayerState> | undefined, host.target);
  if (!state.database)
    throw notReady(
      `There is no database ${database}`,
      host.target,
      'vdb provision --only 3.1',
      EXIT.notReady,
    );
  const place = placeOf(state.revisions, layerRevisions());
  return {
    ...{ database, place, missing: missingFrom(place, state.holds) },
    ...{ head: headOf(layerRevisions()) ?? '', lacking: state.lacking },
    layer: tree.diff(seen(files, host.target)),
    tested: state.tested === layerDigest(),
  };
}

function seen<Have>(observation: Observation<Have> | undefined, host: string): Have {
  if (observation?.status === 'known') return observation.value as Have;
  const why = observation?.why ?? 'no answer';
  throw notReady(`The database could not be looked at: ${why}`, host, 'vdb check postgres', EXIT.notReady);
}

/** The revisions of a whole schema that this release knows. Throws `db.newer`, or `db.broken` where tables are missing. */
export function knownPlace(
  { place, head, missing }: DatabaseLook,
  host: string,
): Extract<Place, { status: 'known' }> {
  if (place.status === 'unknown') throw schemaUnknown(host, place.revisions, head);
  if (missing.length > 0) throw schemaBroken(host, missing);
  return place;
}

/** Throws `db.not-ready` unless the layer of this release lies on the host and can run there. */
export function assertLayer({ layer, lacking }: DatabaseLook, host: string): void {
  if (lacking !== null)
    throw notReady(`The database layer cannot run: ${lacking}`, host, 'vdb provision --only 0.4');
  if (layer === null) return;
  const message = `The database layer on the host is not that of this release: ${layer.summary}`;
  throw notReady(message, host, 'vdb provision --only 3.1');
}
