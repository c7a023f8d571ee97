import { readCollection } from '../../../src/checks/answers/collection.js';
import type { HttpAnswer } from '../../../src/checks/probes/http.js';
import type { Overview } from '../../../src/checks/status/overview.js';
import { known, type Observation } from '../../../src/host/probe.js';
import { collection } from './qdrant-answers.js';

const NONE: Observation<never> = { status: 'known', value: null };

/** Everything runs, on the real server, with 1234567 points. */
export function runningOverview(changes: Partial<Overview> = {}): Overview {
  const answer = known({ status: 200, body: '' });
  return {
    facts: known({
      hostname: 'one',
      os: { id: 'debian', version: '13', codename: 'trixie', name: 'Debian GNU/Linux 13 (trixie)' },
      arch: 'x86_64',
      kernel: '6.12.0',
      cpus: 2,
      memory: 8 * 1024 ** 3,
      virtualisation: 'kvm',
      container: false,
      clock: 1_700_003_600,
      uptime: 90_061,
      sshPorts: [22],
    }),
    disk: known({
      free: 30 * 1024 ** 3,
      size: 40 * 1024 ** 3,
      inodes: null,
      fileSystem: 'ext4',
      mountedOn: '/data',
    }),
    dataPath: '/data/qdrant',
    slot: { name: 'blue', recorded: true },
    services: [
      { unit: 'qdrant@blue.service', state: known({ active: 'active', since: 1_700_000_000, restarts: 1 }) },
    ],
    qdrant: {
      root: known({ title: 'qdrant - vector search engine', version: '1.18.3' }),
      live: answer,
      ready: answer,
      names: known(['docs']),
    },
    postgres: known({
      accepts: true,
      server: { version: '17.2', inRecovery: false, database: true, vector: '0.8.0' },
    }),
    redis: known({ stranger: 'NOAUTH', friend: 'PONG', version: '8.0.2', info: null }),
    python: known('3.13.5'),
    collections: [
      {
        name: 'docs',
        info: readCollection(collection() as Observation<HttpAnswer>),
        points: known(1_234_567),
      },
    ],
    last: { run: NONE, backup: NONE, deploy: NONE },
    openDeploy: NONE,
    ...changes,
  };
}

/** A host that has nothing installed yet. */
export function bareOverview(): Overview {
  const { facts, disk } = runningOverview();
  return runningOverview({
    facts,
    disk,
    slot: { name: 'blue', recorded: false },
    services: [{ unit: 'qdrant@blue.service', state: NONE }],
    qdrant: { root: NONE, live: NONE, ready: NONE, names: NONE },
    postgres: NONE,
    redis: NONE,
    python: NONE,
    collections: [{ name: 'docs', info: NONE, points: NONE }],
  });
}

/** A host of which nothing could be seen. */
export function unseenOverview(why: string): Overview {
  const unseen: Observation<never> = { status: 'unknown', why };
  return runningOverview({
    facts: unseen,
    disk: unseen,
    services: [{ unit: 'qdrant@blue.service', state: unseen }],
    qdrant: { root: unseen, live: unseen, ready: unseen, names: unseen },
    postgres: unseen,
    redis: unseen,
    python: unseen,
    collections: [{ name: 'docs', info: unseen, points: unseen }],
    last: { run: unseen, backup: unseen, deploy: unseen },
    openDeploy: unseen,
  });
}
