import { loadConfig } from '../../src/config/load.js';
import type { TaskContext } from '../../src/engine/task.js';
import { factsProbe } from '../../src/host/facts.js';
import { Gate } from '../../src/host/gate.js';
import { openHost } from '../../src/host/open.js';
import { ask, observe, probeScript } from '../../src/host/probe.js';
import { TASKS } from '../../tasks/index.js';

/** The very script that a provision of this configuration sends to look at its host. */
export async function currentProbeScript(file: string): Promise<string> {
  const { config } = await loadConfig({ cwd: process.cwd(), env: process.env, config: file });
  const hostConfig = config.hosts[0];
  if (hostConfig === undefined) throw new Error('no host');
  const host = await openHost(hostConfig, new Gate(), { env: process.env });
  try {
    const [facts] = await observe(host, [ask(factsProbe, null)]);
    if (facts?.status !== 'known') throw new Error('no facts');
    const context: TaskContext = { config, facts: facts.value as TaskContext['facts'] };
    const resources = TASKS.flatMap((task) => task.subtasks.flatMap((subtask) => subtask.resources(context)));
    return probeScript(resources.map(({ probe }) => probe)).source;
  } finally {
    await host.close();
  }
}
