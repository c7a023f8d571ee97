import type { LabHost } from '../../support/lab.js';

export const SETS = '/data/backups';
const ARTEFACTS = '/var/tmp/vdb-test-artefacts';

/** Paths of the parts of a set of this fixture, by kind. */
export const PARTS = {
  collection: 'collections/general.snapshot',
  definitions: 'qdrant.json',
  postgres: 'postgres/vector_metadata.dump',
  'postgres-globals': 'postgres/globals.sql',
  redis: 'redis/dump.rdb',
  configuration: 'configuration.tar',
} as const;

/**
 * Makes one of each kind of artefact by the programs that make them in a backup, but for the snapshot, which is a tar as
 * Qdrant's are: sets with dates of their own are made of them.
 */
export async function makeArtefacts(host: LabHost): Promise<void> {
  await host.inside(`set -e
    rm -rf ${ARTEFACTS}; mkdir -p ${ARTEFACTS}; cd ${ARTEFACTS}; mkdir collections postgres redis
    head -c 3000000 /dev/urandom > segment
    tar -cf collections/general.snapshot segment; rm segment
    echo '{"schema":"vdb.definitions/1","collections":{},"aliases":{}}' > qdrant.json
    runuser -u postgres -- psql -qXd vector_metadata -c 'CREATE TABLE IF NOT EXISTS public.vdb_test (id int)'
    trap "runuser -u postgres -- psql -qXd vector_metadata -c 'DROP TABLE public.vdb_test'" EXIT
    runuser -u postgres -- pg_dump -Fc vector_metadata > postgres/vector_metadata.dump
    runuser -u postgres -- pg_dumpall --globals-only --no-role-passwords > postgres/globals.sql
    cp /var/lib/redis/dump.rdb redis/
    tar -cf configuration.tar -C / etc/hostname`);
}

export async function removeFixture(host: LabHost): Promise<void> {
  await host.inside(`rm -rf ${ARTEFACTS} ${SETS}/2*Z ${SETS}/.removing-*`);
}

/** Makes a whole set that was begun so many days ago; gives its id. */
export async function makeSet(host: LabHost, daysAgo: number): Promise<string> {
  const id = await host.inside(`python3 - <<'EOF'
import datetime, hashlib, json, os, shutil
at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=${daysAgo})
name, stamp = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y-%m-%dT%H:%M:%SZ")
kinds = ${JSON.stringify(PARTS)}
more = {"collection": {"collection": "general", "priority": "low", "points": 1234},
        "postgres": {"database": "vector_metadata", "tables": {"public.vdb_test": {"rows": 0}}}}
shutil.copytree("${ARTEFACTS}", f"${SETS}/{name}")
parts = []
for kind, path in kinds.items():
    content = open(f"${SETS}/{name}/{path}", "rb").read()
    parts.append({"path": path, "kind": kind, "bytes": len(content), "from": stamp, "until": stamp,
                  "sha256": hashlib.sha256(content).hexdigest(), **more.get(kind, {})})
manifest = {"schema": "vdb.backup/1", "id": name, "created": stamp, "finished": stamp, "parts": parts,
            "host": {"name": "shared", "hostname": "shared"}, "left_out": ["/etc/redis/vdb.conf"]}
json.dump(manifest, open(f"${SETS}/{name}/manifest.json", "w"))
print(name)
EOF`);
  return id.trim();
}

/** Changes one bit in the middle of a file. */
export function flip(path: string): string {
  return `python3 - ${path} <<'EOF'
import os, sys
with open(sys.argv[1], "r+b") as f:
    f.seek(os.path.getsize(sys.argv[1]) // 2); byte = f.read(1)[0]; f.seek(-1, 1); f.write(bytes([byte ^ 1]))
EOF`;
}
