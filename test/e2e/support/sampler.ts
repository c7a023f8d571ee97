import type { LabHost, Started } from '../../support/lab.js';

/** What was seen on a host while something ran there. */
export interface Samples {
  /** Every distinct command line, its arguments separated by spaces. */
  argv: string[];
  /** How often a command of vdb was at work. */
  busy: number;
  /** How often one was at work while nobody held the host's lock. */
  unlocked: number;
}

/**
 * Looks some thirty times a second. The kernel's own list of locks tells who holds what: mutating commands
 * share /run/vdb/busy, and their run holds /run/vdb/lock.
 */
const PROGRAM = `
import glob, json, os, signal, time
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
print("pid", os.getpid(), flush=True)
argv, busy, unlocked = set(), 0, 0

def inode(path):
    try: return str(os.stat(path).st_ino)
    except OSError: return None

def held():
    return {line.split()[5 if "->" not in line else 6].rsplit(":", 1)[1] for line in open("/proc/locks")}

while not stop:
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try: argv.add(open(path, "rb").read().replace(bytes(1), b" ").decode("utf8", "replace").strip())
        except OSError: pass
    now = held()
    if inode("/run/vdb/busy") in now:
        busy += 1
        if inode("/run/vdb/lock") not in now: unlocked += 1
    time.sleep(0.02)
print("samples", json.dumps({"argv": sorted(argv), "busy": busy, "unlocked": unlocked}))
`;

export interface Sampler {
  stop(): Promise<Samples>;
}

/** Starts to look at what runs on `host`. */
export async function sample(host: LabHost): Promise<Sampler> {
  const looking: Started = host.enter(`exec python3 -c '${PROGRAM}'`);
  await looking.until(/pid \d+/);
  const pid = /pid (\d+)/.exec(looking.said())?.[1];
  return {
    async stop() {
      await host.inside(`kill ${pid}`);
      const { stdout } = await looking.ended;
      return JSON.parse(/^samples (.*)$/m.exec(stdout)?.[1] ?? '') as Samples;
    },
  };
}
