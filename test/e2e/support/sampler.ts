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
 * Looks some twenty times a second. Mutating commands share a lock on /run/vdb/busy and their run holds the one
 * on /run/vdb/lock; whether somebody does is asked by trying, for an instant, to take them. Only what holds
 * busy both before and after the lock was seen to be free was at work without it.
 */
const PROGRAM = `
import fcntl, glob, json, os, signal, time
stop = []
signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
print("pid", os.getpid(), flush=True)
argv, busy, unlocked = set(), 0, 0

def held(name, how):
    try: file = open("/run/vdb/" + name)
    except OSError: return False
    with file:
        try: fcntl.flock(file, how | fcntl.LOCK_NB)
        except OSError: return True
    return False

def working(): return held("busy", fcntl.LOCK_EX)

while not stop:
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try: argv.add(open(path, "rb").read().replace(bytes(1), b" ").decode("utf8", "replace").strip())
        except OSError: pass
    if working():
        busy += 1
        if not held("lock", fcntl.LOCK_SH) and working(): unlocked += 1
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
