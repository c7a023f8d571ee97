import type { Host } from '../host/host.js';
import { sh } from '../host/shell.js';

/** What the host calls its processor; empty where it does not say. */
export async function processorOf(host: Host): Promise<string> {
  const { stdout } = await host.read(sh`sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | head -n 1`);
  return stdout.trim();
}
