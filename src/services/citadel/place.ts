import type { Config } from '../../config/schema.js';
import { adminHeader, slotOf } from '../qdrant/place.js';
import type { CitadelOnHost } from './command.js';

/** Where the database layer of this configuration lies and what it asks. */
export function citadelOf(config: Config): CitadelOnHost {
  return {
    directory: config.paths.citadel,
    venv: venvOf(config),
    qdrant: { port: slotOf(config).http, keyFile: adminHeader(config) },
  };
}

/** The virtual environment of task 0.4. */
export function venvOf({ paths }: Pick<Config, 'paths'>): string {
  return `${paths.root}/venv`;
}
