import type { LabHost, Started } from '../../support/lab.js';

/** A package that two tasks want and nothing on the host needs at run time. */
export const PACKAGE = 'libpq-dev';

/** Holds dpkg's front-end lock as unattended-upgrades does, until released or for a minute. */
export async function holdAptLock(host: LabHost): Promise<() => Promise<void>> {
  const holder = host.enter(`exec python3 -uc '
import fcntl, os, time
f = open("/var/lib/dpkg/lock-frontend", "w")
fcntl.lockf(f, fcntl.LOCK_EX)
print("held by", os.getpid())
time.sleep(60)'`);
  await holder.until(/held by \d+/);
  const pid = /held by (\d+)/.exec(holder.said())?.[1];
  return async () => {
    await host.inside(`kill ${pid} 2>/dev/null || true`);
    await holder.ended;
  };
}

/** Takes a package away, so that the next run needs apt. */
export async function removePackage(host: LabHost): Promise<void> {
  await host.inside(`dpkg --remove ${PACKAGE}`);
}

export async function isInstalled(host: LabHost): Promise<boolean> {
  const status = await host.inside(`dpkg-query -W -f='\${Status}' ${PACKAGE} 2>/dev/null || true`);
  return status === 'install ok installed';
}

/** A run of task 3.1 that is in the middle of its apt step and waits for the lock that the test holds. */
export async function runInApt(host: LabHost, flags = ''): Promise<Started> {
  const run = host.begin(`provision --only 3.1 --json ${flags}`);
  await run.until(/"step.started","task":"packages"/);
  await untilTrue(async () => (await host.inside(`pgrep -x apt-get || true`)) !== '');
  return run;
}

/** Polls until `look` says true; fails after a minute. */
async function untilTrue(look: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error('it did not come true within a minute');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
