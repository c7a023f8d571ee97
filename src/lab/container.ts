import { EXIT, VdbError } from '../errors.js';
import { type ContainerSpec, createArguments } from './container-spec.js';
import type { Engine } from './engine.js';

/** A container of ours, running or not. */
export interface LabContainer {
  id: string;
  container: string;
  name: string;
  directory: string;
  running: boolean;
}

/** The containers that vdb made, of every directory. */
export async function listContainers(engine: Engine): Promise<LabContainer[]> {
  const ids = await engine.call(['ps', '--all', '--quiet', '--no-trunc', '--filter', 'label=vdb.lab']);
  const found = ids.split('\n').filter((id) => id !== '');
  if (found.length === 0) return [];
  const inspected = await engine.attempt(['container', 'inspect', ...found]);
  return parseContainers(inspected.stdout);
}

/** Reads `container inspect`. Both engines answer in this shape. */
export function parseContainers(json: string): LabContainer[] {
  const containers = JSON.parse(json) as {
    Id: string;
    Name: string;
    State: { Running: boolean };
    Config: { Labels: Record<string, string> };
  }[];
  return containers.map((each) => ({
    id: each.Id,
    container: each.Name.replace(/^\//, ''),
    name: each.Config.Labels['vdb.lab'] ?? '',
    directory: each.Config.Labels['vdb.lab.directory'] ?? '',
    running: each.State.Running,
  }));
}

/** Creates the container with the first runtime that can start it, `prepare`d before it starts. */
export async function launch(
  engine: Engine,
  spec: ContainerSpec,
  runtimes: (string | undefined)[],
  prepare: (id: string) => Promise<void>,
): Promise<{ id: string; runtime: string | undefined }> {
  let failure: unknown;
  for (const runtime of runtimes) {
    const id = (await engine.call(createArguments(engine.name, { ...spec, runtime }))).trim();
    try {
      await prepare(id);
      await engine.call(['start', id]);
      return { id, runtime };
    } catch (error) {
      failure = error;
      await removeContainer(engine, id);
    }
  }
  throw (
    failure ??
    new VdbError('There is no OCI runtime to try', { code: 'lab.no-runtime', exitCode: EXIT.failed })
  );
}

/** Removes a container and what it kept, running or not. */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  await engine.call(['rm', '--force', '--volumes', id]);
}
