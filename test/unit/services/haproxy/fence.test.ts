import { expect, test } from 'vitest';
import { lowerFence, raiseFence } from '../../../../src/services/haproxy/fence.js';
import { runWith } from '../../../support/programs.js';

const BACKENDS = ['a_write', 'b_write'];

/** What HAProxy says of its servers; `drain` has 8 in `srv_admin_state`, `maint` 5. */
function states(admin: { a: number; b: number }): string {
  const line = (backend: string, server: string, state: number) =>
    `3 ${backend} 1 ${server} 127.0.0.1 2 ${state} 1 1 8 15 3 4 6 0 0 0 - 8001 - 0 0 - - 0\n`;
  return [
    ...[line('a', 'blue', 0), line('a', 'green', 5)],
    ...[line('a_write', 'blue', admin.a), line('a_write', 'green', 5)],
    ...[line('b_write', 'blue', admin.b), line('b_write', 'green', 5)],
  ].join('');
}

const HEAD = '# pxname,svname,qcur,qmax,scur,smax';

/** Stands in for the program that speaks to the socket: `running` is what runs at each look, the last one again and again. */
function perl(running: readonly number[]): string {
  return `case "\${@: -1}" in
    'show servers state') printf '%s' "$STATES" ;;
    'show stat'*)
      looks=(${running.join(' ')})
      echo >>"$PROGRAMS/looks"
      n=$(wc -l <"$PROGRAMS/looks")
      now=\${looks[n - 1]-\${looks[-1]}}
      printf '${HEAD}\\na_write,blue,0,0,%s,9\\n\\n${HEAD}\\nb_write,blue,0,0,0,9\\n\\n' "$now" ;;
    *) printf '%s\\n' "\${@: -1}" >>"$PROGRAMS/orders"; printf '\\n' ;;
    esac`;
}

/** What was ordered, then how the script ended and what it said. */
function onEdge(script: string, admin = { a: 0, b: 0 }, running: readonly number[] = [0]): Promise<string> {
  return runWith(
    { perl: perl(running) },
    `export STATES='${states(admin)}'\nsaid=$( (${script}\n) 2>&1 ); code=$?\ncat "$PROGRAMS/orders" 2>/dev/null\necho "$code $said"`,
  );
}

const raise = (limitSeconds = 5) => raiseFence({ backends: BACKENDS, limitSeconds }).script.source;
const lower = lowerFence({ backends: BACKENDS, slot: 'blue' }).script.source;
const DRAINED = 'set server a_write/blue state drain;set server b_write/blue state drain\n';
const READY = 'set server a_write/blue state ready;set server b_write/blue state ready\n';

test('a fence that is raised takes the writes from all servers, and waits until none runs', async () => {
  expect(await onEdge(raise(), undefined, [2, 1, 0])).toBe(`${DRAINED}0 \n`);
});

test('one look that sees nothing run is not enough', async () => {
  const ended = await onEdge(raise(0), undefined, [0, 3]);
  expect(ended).toBe(`${DRAINED}${READY}1 still running after 0 s: a_write/blue (3)\n`);
});

test('writes that do not end in time have the fence lowered again', async () => {
  const ended = await onEdge(raise(1), undefined, [1]);
  expect(ended).toBe(`${DRAINED}${READY}1 still running after 1 s: a_write/blue (1)\n`);
});

test('a fence that is up is not raised again, and what is up stays up where the other part fails', async () => {
  expect(await onEdge(raise(), { a: 8, b: 5 })).toBe('0 \n');
  expect(await onEdge(raise(1), { a: 8, b: 0 }, [1])).toBe(
    'set server b_write/blue state drain\nset server b_write/blue state ready\n' +
      '1 still running after 1 s: a_write/blue (1)\n',
  );
});

test('a backend that the running edge does not have is no fence', async () => {
  const { script } = raiseFence({ backends: ['a_write', 'c_write'], limitSeconds: 1 });
  expect(await onEdge(script.source)).toBe('1 no server in c_write\n');
  const other = lowerFence({ backends: ['a_write', 'c_write'], slot: 'blue' });
  expect(await onEdge(other.script.source)).toBe('1 no server of blue in c_write\n');
});

test('an edge that does not tell what runs is not fenced', async () => {
  const silent = perl([0]).replaceAll(HEAD, 'Unknown command');
  const said = await runWith(
    { perl: silent },
    `export STATES='${states({ a: 0, b: 0 })}'\n(${raise()}\n) 2>&1; echo "$?"; cat "$PROGRAMS/orders"`,
  );
  expect(said).toBe(`HAProxy does not say what runs\n1\n${DRAINED}${READY}`);
});

test('a fence that is lowered gives one slot its requests back, however it was raised', async () => {
  expect(await onEdge(lower, { a: 8, b: 5 })).toBe(`${READY}0 \n`);
  expect(await onEdge(lower)).toBe('0 \n');
});
