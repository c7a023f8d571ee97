import { expect, test } from 'vitest';
import type { Document } from 'yaml';
import { vdbWith } from '../support/configuration.js';
import { onSharedHost } from '../support/shared.js';
import { expectFound, resultsOf } from './breakage.js';

const API = 'http://127.0.0.1:6333/collections/general/points';
const CURL = `curl -fsS -o /dev/null -H @/opt/qdrant/config/.admin-header -H 'Content-Type: application/json'`;

/** A thousand points of the smallest collection. */
const FILL = `python3 -c 'import json
print(json.dumps({"points": [{"id": i, "vector": [0.1 + i % 7] + [0.5] * 383} for i in range(1, 1001)]}))' |
  ${CURL} -X PUT '${API}?wait=true' --data-binary @-`;
const EMPTY = `${CURL} -X POST '${API}/delete?wait=true' -d '{"filter":{}}'`;

function configured(...settings: [path: string[], value: unknown][]): (document: Document) => void {
  return (document) => {
    for (const [path, value] of settings) document.setIn(path, value);
  };
}

onSharedHost('capacity', (host) => {
  test('points that do not fit into the planned memory are found', async () => {
    await expectFound(host(), {
      id: 'capacity.memory',
      seen: /^memory: 80\.\d MiB needed, 512 KiB planned, /,
      configure: configured([['qdrant', 'memory'], '512KiB']),
      relatives: [/^drift/, /^collections\./, 'capacity.target'],
      break: FILL,
      mend: EMPTY,
    });
  });

  test('points that do not fit on the planned disk are found', async () => {
    await expectFound(host(), {
      id: 'capacity.disk',
      seen: /^disk: 17\.\d GiB needed, 4 GiB planned, /,
      configure: configured([['capacity', 'payload_bytes'], 10_000_000]),
      relatives: [/^collections\./, 'capacity.target'],
      break: FILL,
      mend: EMPTY,
    });
  });

  test.each([
    ['capacity.growth-30', 1_000_000, /^30 000 000 points do not fit; 0 are there[\s\S]*memory: .*\ndisk: /],
    ['capacity.growth-90', 1_000_000, /^90 000 000 points do not fit; 0 are there[\s\S]*memory: .*\ndisk: /],
  ])('%s: a growth that does not fit is found', async (id, perDay, seen) => {
    await expectFound(host(), {
      id,
      status: 'warn',
      seen,
      configure: configured([['capacity', 'growth_per_day'], perDay]),
      relatives: [/^capacity\.growth-/],
    });
  });

  test('capacity.target: more points than fit are found, fewer pass', async () => {
    await expectFound(host(), {
      id: 'capacity.target',
      status: 'warn',
      seen: /^5 000 000 000 points do not fit; 0 are there/,
      configure: configured([['capacity', 'target_points'], 5_000_000_000]),
    });
    const modest = configured([['capacity', 'target_points'], 1000], [['capacity', 'growth_per_day'], 10]);
    const results = resultsOf(await vdbWith(host(), modest, 'check capacity --json'));
    expect([...results.values()].map(({ status }) => status)).toEqual(Array(5).fill('pass'));
  });
});
