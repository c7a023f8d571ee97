import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { putCommand } from '../host/command.js';
import { citadelScript } from '../services/citadel/command.js';
import { askLayer, type DatabaseLayer, explainLayer, whereItRuns } from './database-layer.js';
import { type LayerState, TESTED } from './database-layer-probe.js';

export interface DatabaseSelftest extends DatabaseLayer {
  /** Of the files that are tested, migrations included: another layer is tested anew. That its tables were changed by hand is not seen. */
  digest: string;
}

const TEST: Change = {
  action: 'run',
  summary: 'compare the models with the tables, write and read a record of each kind, leave nothing',
};

/** The layer was tested as it is against its database. A pass is remembered beside it until either is another. */
export function databaseSelftest(options: DatabaseSelftest): Resource {
  const { citadel, database, digest } = options;
  return defineResource<LayerState>({
    id: `database-selftest:${database}`,
    title: `database layer on ${database}, tested`,
    probe: askLayer(options),
    diff: (have) => (have?.tested === digest ? null : whereItRuns(TEST, have, options)),
    apply: () => [
      { title: `test the database layer on ${database}`, script: citadelScript(citadel, ['selftest']) },
      putCommand({ path: `${citadel.directory}/${TESTED}`, content: `${digest}\n` }),
    ],
    explain: explainLayer,
  });
}
