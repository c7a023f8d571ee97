import { EXIT, VdbError } from '../errors.js';
import { type LabContainer, listContainers } from './container.js';
import { namesBelow } from './down.js';
import { detectEngine } from './engine-detect.js';
import { type LabPaths, labPaths } from './names.js';
import { greets } from './ready.js';
import { type LabRecord, readRecord } from './record.js';

/**
 * `running` answers on SSH, `starting` has a container that runs but no greeting, `lost` has files but no
 * container, `unknown` cannot be told because no container engine answers.
 */
export type LabState = 'running' | 'starting' | 'stopped' | 'lost' | 'unknown';

export interface LabStatus {
  name: string;
  state: LabState;
  paths: LabPaths;
  record?: LabRecord;
}

/** The lab hosts of a working directory, by name. */
export async function labList(cwd: string): Promise<LabStatus[]> {
  const { engine } = await detectEngine();
  const containers = engine === undefined ? undefined : await listContainers(engine);
  const names = (await namesBelow(cwd)).sort();
  return Promise.all(names.map((name) => statusOf(labPaths(cwd, name), name, containers)));
}

/** One lab host. Throws `lab.unknown` when the working directory has none of that name. */
export async function labStatus(cwd: string, name: string): Promise<LabStatus> {
  const found = (await labList(cwd)).find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new VdbError(`There is no lab host "${name}" here`, {
    code: 'lab.unknown',
    exitCode: EXIT.usage,
    meaning: `it would have its files in ${labPaths(cwd, name).directory}`,
    next: `make it with \`vdb lab up ${name}\``,
  });
}

async function statusOf(paths: LabPaths, name: string, containers?: LabContainer[]): Promise<LabStatus> {
  const record = await readRecord(paths);
  const container = containers?.find((each) => each.directory === paths.directory);
  const state = containers === undefined ? 'unknown' : await stateOf(record, container);
  return { name, state, paths, ...(record === undefined ? {} : { record }) };
}

async function stateOf(
  record: LabRecord | undefined,
  container: LabContainer | undefined,
): Promise<LabState> {
  if (record === undefined || container === undefined) return 'lost';
  if (!container.running) return 'stopped';
  return (await greets(record.port)) ? 'running' : 'starting';
}
