import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabHost } from '../../support/lab.js';

export const SETS = '/data/backups';

/** Makes a whole set on the host that was begun so many hours ago, with a snapshot of so many MB; gives its id. */
export async function makeSet(host: LabHost, hoursAgo: number, megabytes: number): Promise<string> {
  const printed = await host.inside(`python3 - <<'EOF'
import datetime, hashlib, json, os
at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=${hoursAgo})
name = at.strftime("%Y%m%dT%H%M%SZ")
parts = []
os.umask(0o077)
for path, kind, size in [("collections/big.snapshot", "collection", ${megabytes} * 1_000_000),
                         ("collections/it's small.snapshot", "collection", 70_000),
                         ("qdrant.json", "definitions", 0), ("postgres/app.dump", "postgres", 300_000)]:
    file = f"${SETS}/{name}/{path}"
    os.makedirs(os.path.dirname(file), exist_ok=True)
    content = os.urandom(size)
    open(file, "wb").write(content)
    part = {"path": path, "kind": kind, "bytes": size, "sha256": hashlib.sha256(content).hexdigest()}
    parts.append(part | ({"collection": path[12:-9], "points": 3} if kind == "collection" else {}))
stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
json.dump({"schema": "vdb.backup/1", "id": name, "created": stamp, "finished": stamp, "parts": parts},
          open(f"${SETS}/{name}/manifest.json", "w"))
print(name)
EOF`);
  return printed.trim();
}

/** What is wrong with a set of this machine, by its manifest; nothing where it is whole. */
export async function faultsOf(directory: string): Promise<string[]> {
  const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
    parts: { path: string; sha256: string }[];
  };
  const seen = manifest.parts.map(async ({ path, sha256 }) => {
    const content = await readFile(join(directory, path)).catch(() => Buffer.from('missing'));
    return createHash('sha256').update(content).digest('hex') === sha256 ? [] : [path];
  });
  return (await Promise.all(seen)).flat();
}

/** The same for a set of the host. */
export async function faultsOn(host: LabHost, directory: string): Promise<string> {
  return host.inside(`cd '${directory}' && python3 -c '
import hashlib, json
for part in json.load(open("manifest.json"))["parts"]:
    if hashlib.sha256(open(part["path"], "rb").read()).hexdigest() != part["sha256"]: print(part["path"])'`);
}

/** Resolves when a file of this machine has so many bytes. */
export async function untilBytes(file: string, bytes: number): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const size = await stat(file).then(
      (seen) => seen.size,
      () => 0,
    );
    if (size >= bytes) return;
    if (performance.now() > deadline) throw new Error(`${file} has ${size} bytes after a minute`);
    await sleep(2);
  }
}

/** Changes one byte in the middle of a file, on the host or with `sh` here. */
export function flip(file: string): string {
  return `python3 -c '
f = open("${file}", "r+b"); f.seek(40_000); byte = f.read(1)[0]; f.seek(40_000); f.write(bytes([byte ^ 1]))'`;
}
