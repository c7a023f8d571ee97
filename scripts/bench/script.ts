import { readFacts } from '../../src/cli/session.js';
import { loadConfig } from '../../src/config/load.js';
import { missingPackages } from '../../src/engine/packages.js';
import { lookAll } from '../../src/engine/plan.js';
import type { TaskContext } from '../../src/engine/task.js';
import { Gate } from '../../src/host/gate.js';
import type { Host } from '../../src/host/host.js';
import { openHost } from '../../src/host/open.js';
import { probeScript } from '../../src/host/probe.js';
import { TASKS } from '../../tasks/index.js';

/** The very script that a provision of this configuration sends to look at its host. */
export async function currentProbeScript(file: string): Promise<string> {
  return onHost(file, async (_host, context) => {
    const resources = TASKS.flatMap((task) => task.subtasks.flatMap((part) => part.resources(context)));
    return probeScript(resources.map(({ probe }) => probe)).source;
  });
}

/** The packages that a provision of this configuration would install on its host. */
export async function missingOn(file: string): Promise<string[]> {
  return onHost(file, async (host, context) => missingPackages(await lookAll(host, TASKS, context)));
}

async function onHost<T>(file: string, work: (host: Host, context: TaskContext) => Promise<T>): Promise<T> {
  const { config } = await loadConfig({ cwd: process.cwd(), env: process.env, config: file });
  const hostConfig = config.hosts[0];
  if (hostConfig === undefined) throw new Error('no host');
  const host = await openHost(hostConfig, new Gate(), { env: process.env });
  try {
    return await work(host, { config, facts: await readFacts(host) });
  } finally {
    await host.close();
  }
}
