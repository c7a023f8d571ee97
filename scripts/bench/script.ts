import { CATALOGUE } from '../../src/checks/catalogue/index.js';
import { firstLook, firstQuestions } from '../../src/checks/look.js';
import { probesOf } from '../../src/checks/run.js';
import { selectChecks } from '../../src/checks/select.js';
import { surroundings } from '../../src/cli/check/round.js';
import { openSession, taskContext } from '../../src/cli/session.js';
import { loadConfig } from '../../src/config/load.js';
import type { HostConfig } from '../../src/config/schema.js';
import { missingPackages } from '../../src/engine/packages.js';
import { lookAll } from '../../src/engine/plan.js';
import type { TaskContext } from '../../src/engine/task.js';
import { Gate } from '../../src/host/gate.js';
import type { Host } from '../../src/host/host.js';
import { openHost } from '../../src/host/open.js';
import { type Probe, probeScript, sequentialScript } from '../../src/host/probe.js';
import { TASKS } from '../../tasks/index.js';

/** The very script that a provision of this configuration sends to look at its host. */
export async function currentProbeScript(file: string): Promise<string> {
  return onHost(file, async (_host, context) => probeScript(taskProbes(context)).source);
}

/**
 * Everything that `vdb check readiness` asks a host's shell, one command after the other in one script, and how
 * many checks and questions that is.
 */
export async function readinessInSequence(
  file: string,
): Promise<{ script: string; checks: number; probes: number }> {
  return onHost(file, async (host, known, hostConfig) => {
    const { config } = known;
    const context = surroundings({ host, hostConfig, config }, await firstLook(host, config));
    const checks = selectChecks(CATALOGUE, { words: ['readiness'] });
    const probes = [
      ...Object.values(firstQuestions(config)),
      ...checks.flatMap((check) => probesOf(check, context)),
      ...taskProbes(known),
    ];
    return { script: sequentialScript(probes).source, checks: checks.length, probes: probes.length };
  });
}

function taskProbes(context: TaskContext): Probe[] {
  const resources = TASKS.flatMap((task) => task.subtasks.flatMap((part) => part.resources(context)));
  return resources.map(({ probe }) => probe);
}

/** The packages that a provision of this configuration would install on its host. */
export async function missingOn(file: string): Promise<string[]> {
  return onHost(file, async (host, context) => missingPackages(await lookAll(host, TASKS, context)));
}

async function onHost<T>(
  file: string,
  work: (host: Host, context: TaskContext, hostConfig: HostConfig) => Promise<T>,
): Promise<T> {
  const { config: configured } = await loadConfig({ cwd: process.cwd(), env: process.env, config: file });
  const hostConfig = configured.hosts[0];
  if (hostConfig === undefined) throw new Error('no host');
  const gate = new Gate();
  const host = await openHost(hostConfig, gate, { env: process.env });
  try {
    const session = await openSession({ config: configured, host, hostConfig, gate, file, digest: '' });
    return await work(host, taskContext(session), hostConfig);
  } finally {
    await host.close();
  }
}
