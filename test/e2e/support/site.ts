import { inject } from 'vitest';
import { type Ended, type LabHost, labHost, start, VDB } from '../../support/lab.js';
import { WORKER } from '../../support/workers.js';
import { without } from './without.js';

declare module 'vitest' {
  interface ProvidedContext {
    lab: readonly LabSite[];
  }
}

/** What the lab suite found and made before its tests, for one worker. */
export interface LabSite {
  /** Why there is no lab here; null when there is one. */
  missing: string | null;
  /** The working directory whose `.vdb/lab` has the hosts. */
  directory: string;
}

/** Name of the host that is provisioned in full and that most tests share. */
export const SHARED = 'shared';

/** Task 0.4 costs a minute of pip, so hosts other than the shared one go without. */
export const WITHOUT_PYTHON = '--skip 0.4';

export const site: LabSite = siteOf(WORKER);

function siteOf(worker: string): LabSite {
  const found = inject('lab')[Number(worker) - 1];
  if (found === undefined) throw new Error(`no lab was made for worker ${worker}`);
  return found;
}

/** `vdb …` in the suite's working directory, to its end. */
export function vdb(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return start(VDB, args, { cwd: site.directory, env }).ended;
}

export function sharedHost(): Promise<LabHost> {
  return labHost(site.directory, SHARED);
}

/** Brings up a host of its own for a test file, without gateway and monitoring. Whoever calls this also calls {@link remove}. */
export async function freshHost(name: string, ...flags: string[]): Promise<LabHost> {
  const host = await wholeHost(name, ...flags);
  await without(host, 'gateway', 'monitoring');
  return host;
}

/** The same with the gateway. */
export async function hostWithGateway(name: string, ...flags: string[]): Promise<LabHost> {
  const host = await wholeHost(name, ...flags);
  await without(host, 'monitoring');
  return host;
}

/** The same with everything that a server has by default: as `vdb lab up` makes it. */
export async function wholeHost(name: string, ...flags: string[]): Promise<LabHost> {
  const { exitCode, stderr } = await vdb(['lab', 'up', name, ...flags]);
  if (exitCode !== 0) throw new Error(`lab up ${name} ended with ${exitCode}: ${stderr}`);
  return labHost(site.directory, name);
}

export async function remove(name: string): Promise<void> {
  await vdb(['lab', 'down', name]);
}
