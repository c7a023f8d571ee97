import { expect, test } from 'vitest';
import { untilHealthy } from '../../../../src/services/haproxy/healthy.js';
import { runWith } from '../../../support/programs.js';

/** Down at the first looks, as it has just started; `admin` 1: nobody gives it requests. */
function server(name: string, operational: number, admin = 0): string {
  return `3 ${name} 1 blue-1 127.0.0.1 ${operational} ${admin} 1 1 8 15 3 4 6 0 0 0 - 8001 - 0 0 - - 0`;
}

/** How the script ended, what it said, and how often it looked; each of `looks` is one answer, the last one again and again. */
function onEdge(looks: readonly string[], limitSeconds = 3): Promise<string> {
  const { script } = untilHealthy({ backends: ['gateway', 'gateway_grpc'], server: 'blue-1', limitSeconds });
  const answers = looks.map((look) => `'${look}'`).join(' ');
  const perl = `looks=(${answers}); echo >>"$PROGRAMS/looks"; n=$(wc -l <"$PROGRAMS/looks")
    answer=\${looks[n - 1]-\${looks[-1]}}
    [ "$answer" != away ] || exit 3
    printf '%s\\n' "$answer"`;
  return runWith(
    { perl },
    `said=$( (${script.source}\n) 2>&1 ); echo "$? $said $(wc -l <"$PROGRAMS/looks")"`,
  );
}

test('a server that the edge found down is waited for, in every backend', async () => {
  const up = `${server('gateway', 2)}\n${server('gateway_grpc', 2)}`;
  const one = `${server('gateway', 2)}\n${server('gateway_grpc', 0)}`;
  expect(await onEdge([`${server('gateway', 0)}\n${server('gateway_grpc', 0)}`, one, up])).toBe('0  3\n');
});

test('one that the edge does not find healthy in time is a failure', async () => {
  expect(await onEdge([server('gateway', 0)], 0)).toBe('1 not healthy after 0 s: gateway/blue-1 1\n');
});

test.each([
  ['is to have no requests', server('gateway', 0, 1)],
  ['is drained', server('gateway', 0, 8)],
  ['is of another backend', server('qdrant_rest', 0)],
])('a server that %s is not waited for', async (_, look) => {
  expect(await onEdge([look])).toBe('0  1\n');
});

test('an edge that does not run is not waited for', async () => {
  expect(await onEdge(['away'])).toBe('0  1\n');
});
