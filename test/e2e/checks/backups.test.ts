import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Document } from 'yaml';
import type { LabHost } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { expectFound, resultsOf } from './breakage.js';

const SETS = '/data/backups';
/** The newest directory that is named like a set. */
const NEWEST = `$(ls -d ${SETS}/2*Z | tail -n 1)`;
const JOURNAL = '/var/lib/vdb/journal.ndjson';

/** Makes a whole set that was begun so many hours ago. */
function makeSet(hoursAgo: number): string {
  return `python3 - <<'EOF'
import datetime, hashlib, json, os
at = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=${hoursAgo})
name = at.strftime("%Y%m%dT%H%M%SZ")
os.makedirs(f"${SETS}/{name}/collections")
parts = []
for path, kind, size in [("collections/general.snapshot", "collection", 300_000), ("postgres.dump", "postgres", 5_000)]:
    content = os.urandom(size)
    open(f"${SETS}/{name}/{path}", "wb").write(content)
    parts.append({"path": path, "kind": kind, "bytes": size, "sha256": hashlib.sha256(content).hexdigest()})
manifest = {"schema": "vdb.backup/1", "id": name, "created": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "finished": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "parts": parts}
json.dump(manifest, open(f"${SETS}/{name}/manifest.json", "w"))
EOF`;
}

const NO_SETS = `rm -rf ${SETS}/2*Z`;
/** Puts the one good set back that all of these tests begin with. */
const AGAIN = `${NO_SETS}; ${makeSet(1)}`;
const FINDMNT = '/usr/local/bin/findmnt';
/** What else sees that the newest set is gone. */
const WITHOUT_SET = ['backups.checksums', 'backups.off-host'];
/** What else sees that the newest set does not count. */
const NOT_WHOLE = ['backups.age', 'backups.off-host'];

const repository =
  (path: string, type = 'directory') =>
  (document: Document): void =>
    document.setIn(['backup', 'repositories'], [{ name: 'copies', type, path }]);

async function statusOf(host: LabHost, id: string, configure = (_: Document): void => {}) {
  return resultsOf(await vdbWith(host, configure, `check ${id} --json`)).get(id);
}

onSharedHost('a backup', (host) => {
  beforeAll(async () => {
    await host().inside(NO_SETS);
    expect(await statusOf(host(), 'backups.age')).toMatchObject({
      status: 'warn',
      seen: expect.stringMatching(/none is due yet/),
    });
    expect(await statusOf(host(), 'backups.checksums')).toMatchObject({ status: 'skip' });
    await host().inside(makeSet(1));
    expect(await statusOf(host(), 'backups.age')).toMatchObject({
      status: 'pass',
      seen: expect.stringMatching(/Z, 1 h old/),
    });
    expect(await statusOf(host(), 'backups.checksums')).toMatchObject({
      status: 'pass',
      seen: expect.stringMatching(/2 parts/),
    });
  });

  afterAll(async () => {
    await host().inside(NO_SETS);
  });

  test('is too old', () =>
    expectFound(host(), {
      id: 'backups.age',
      seen: /Z, 27 h old/,
      break: `${NO_SETS}; ${makeSet(27.5)}`,
      mend: AGAIN,
    }));

  test('was never taken, on a server that has long been there', () =>
    expectFound(host(), {
      id: 'backups.age',
      seen: /^no set in \/data\/backups\n*$/,
      break: `${NO_SETS}; cp -a ${JOURNAL} ${JOURNAL}.kept
        sed -i '1s/"at":"[^"]*"/"at":"2026-01-01T00:00:00.000Z"/' ${JOURNAL}`,
      mend: `mv ${JOURNAL}.kept ${JOURNAL}; ${AGAIN}`,
      relatives: WITHOUT_SET,
    }));

  test('has lost its manifest, which makes it none', () =>
    expectFound(host(), {
      id: 'backups.age',
      status: 'warn',
      seen: /none is due yet/,
      break: `rm ${NEWEST}/manifest.json`,
      mend: AGAIN,
      relatives: WITHOUT_SET,
    }));

  test('is from the future: it does not count as fresh', () =>
    expectFound(host(), {
      id: 'backups.age',
      seen: /^no set in \/data\/backups\n\d+T\d+Z: from the future/,
      break: `${NO_SETS}; ${makeSet(-30)}`,
      mend: AGAIN,
      relatives: WITHOUT_SET,
    }));

  test('has a flipped byte', () =>
    expectFound(host(), {
      id: 'backups.checksums',
      seen: /Z: collections\/general\.snapshot was changed$/m,
      break: `python3 - ${NEWEST}/collections/general.snapshot <<'EOF'
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(150_000); byte = f.read(1)[0]; f.seek(150_000); f.write(bytes([byte ^ 1]))
EOF`,
      mend: AGAIN,
    }));

  test('is cut off', () =>
    expectFound(host(), {
      id: 'backups.checksums',
      seen: /postgres\.dump has 4999 bytes in place of 5000/,
      break: `truncate -s 4999 ${NEWEST}/postgres.dump`,
      mend: AGAIN,
      relatives: NOT_WHOLE,
    }));

  test('lacks a part', () =>
    expectFound(host(), {
      id: 'backups.checksums',
      seen: /postgres\.dump is missing/,
      break: `rm ${NEWEST}/postgres.dump`,
      mend: AGAIN,
      relatives: NOT_WHOLE,
    }));

  test('has a manifest that is cut off', () =>
    expectFound(host(), {
      id: 'backups.checksums',
      seen: /manifest of backup set \d+T\d+Z cannot be read/,
      break: `truncate -s 100 ${NEWEST}/manifest.json`,
      mend: AGAIN,
      relatives: NOT_WHOLE,
    }));

  test('is too large to be hashed, with a threshold below its size: sizes alone are a warning', () =>
    expectFound(host(), {
      id: 'backups.checksums',
      status: 'warn',
      seen: /sizes alone for 2 of 2 parts/,
      configure: (document) => document.setIn(['checks', 'thresholds', 'backups.checksums'], 0.0001),
    }));

  test('has a copy on another file system, but for one in memory (which a findmnt of the test calls ext4)', async () => {
    const configure = repository('/mnt/vdb-test');
    const copy = `cp -a ${NEWEST} /mnt/vdb-test/`;
    const seen = () => statusOf(host(), 'backups.off-host', configure);
    try {
      expect(await seen()).toMatchObject({ status: 'warn', seen: 'copies: /mnt/vdb-test does not exist' });
      await host().inside(`mkdir /mnt/vdb-test; ${copy}`);
      expect(await seen()).toMatchObject({
        status: 'warn',
        seen: expect.stringContaining('same file system'),
      });
      await host().inside('mount -t tmpfs vdb-test /mnt/vdb-test');
      expect(await seen()).toMatchObject({ status: 'warn', seen: expect.stringContaining('is in memory') });
      await host().inside(`cat >${FINDMNT} <<'END'
#!/bin/sh
/usr/bin/findmnt "$@" | sed s/tmpfs/ext4/
END
chmod +x ${FINDMNT}`);
      expect(await seen()).toMatchObject({ status: 'warn', seen: expect.stringMatching(/is missing$/) });
      await host().inside(copy);
      expect(await seen()).toMatchObject({
        status: 'pass',
        seen: expect.stringMatching(/on another file system \(disk not known\)$/),
      });
      await host().inside('truncate -s -1 /mnt/vdb-test/*/postgres.dump');
      const differs = await seen();
      expect(differs).toMatchObject({ status: 'warn', seen: expect.stringMatching(/is not the same$/) });
      expect(differs?.remedy).toMatch(/copy the newest set/);
    } finally {
      await host().inside(`rm -f ${FINDMNT}; umount -q /mnt/vdb-test; rm -rf /mnt/vdb-test`);
    }
  });

  test('has no copy elsewhere: in no repository, or not in the one on the machine of the operator', async () => {
    expect(await statusOf(host(), 'backups.off-host')).toMatchObject({
      status: 'warn',
      seen: 'no repository is configured',
    });
    expect(await statusOf(host(), 'backups.off-host', repository('nowhere', 'operator'))).toMatchObject({
      status: 'warn',
      seen: expect.stringMatching(/^copies: its copy of \w+ is missing$/),
    });
  });

  test('was restored as a test too long ago, with an interval of 10 days', async () => {
    const configure = (document: Document): void => document.setIn(['backup', 'drill_interval'], '10d');
    const seen = () => statusOf(host(), 'backups.drill', configure);
    const drilled = (days: number, status: string): string => `python3 - <<'EOF'
import datetime, json
at = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=${days})).strftime("%Y-%m-%dT%H:%M:%SZ")
run = {"schema": "vdb.journal/1", "at": at, "run": f"drill-{at}", "who": "cron", "command": "vdb --json backup drill",
       "vdb": "1", "event": "outcome", "status": "${status}", "changed": 0, "failed": [], "skipped": [], "duration_ms": 1, "tasks": []}
open("${JOURNAL}", "a").write(json.dumps(run) + "\\n")
EOF`;
    try {
      await host().inside(`cp -a ${JOURNAL} ${JOURNAL}.kept; sed -i '/backup drill/d' ${JOURNAL}`);
      expect(await seen()).toMatchObject({ status: 'warn', seen: 'no drill in the journal' });
      await host().inside(drilled(12, 'done'));
      expect(await seen()).toMatchObject({ status: 'warn', seen: 'a drill 12 days ago' });
      await host().inside(drilled(1, 'failed'));
      expect(await seen()).toMatchObject({ status: 'warn', seen: 'a drill 12 days ago' });
      await host().inside(drilled(2, 'done'));
      expect(await seen()).toMatchObject({ status: 'pass', seen: 'a drill 2 days ago' });
    } finally {
      await host().inside(`mv ${JOURNAL}.kept ${JOURNAL}`);
    }
  });
});
