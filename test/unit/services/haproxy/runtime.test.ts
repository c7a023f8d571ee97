import { expect, test } from 'vitest';
import { parseServers, parseTraffic, RUNTIME } from '../../../../src/services/haproxy/runtime.js';
import {
  checkSlot,
  disableSlot,
  runsAsWritten,
  switchSlot,
} from '../../../../src/services/haproxy/switch.js';
import { runWith } from '../../../support/programs.js';

/** What HAProxy 2.6 says: enabled, enabled after a start as disabled, drained, disabled, disabled by hand, down. */
const STATES = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port
3 gateway 1 blue-1 127.0.0.1 2 0 1 1 8 15 3 4 6 0 0 0 - 8001 - 0 0 - - 0
3 gateway 2 blue-2 127.0.0.1 2 4 1 1 8 15 3 4 6 0 0 0 - 8002 - 0 0 - - 0
3 gateway 3 green-1 127.0.0.1 2 12 1 1 8 15 3 4 6 0 0 0 - 8011 - 0 0 - - 0
3 gateway 4 green-2 127.0.0.1 0 5 1 1 8 1 0 0 14 0 0 0 - 8012 - 0 0 - - 0
5 qdrant_rest 1 blue 127.0.0.1 0 1 1 1 8 15 3 0 14 0 0 0 - 6333 - 0 0 - - 0
5 qdrant_rest 2 green 127.0.0.1 0 0 1 1 8 15 2 0 6 0 0 0 - 6335 - 0 0 - - 0

`;

/** Stands in for the program that speaks to the socket: it tells STATES, and keeps what it is ordered. */
const PERL = `case "\${@: -1}" in
'show servers state') printf '%s' "$STATES" ;;
*) printf '%s\\n' "\${@: -1}" >> "$PROGRAMS/orders"; printf '\\n' ;;
esac`;
const onEdge = (script: string, states = STATES) =>
  runWith(
    { perl: PERL },
    `export STATES=${`'${states}'`}\n(${script}\n) || exit\ncat "$PROGRAMS/orders" 2>/dev/null\ntrue`,
  );

test('the state of each server is read from what HAProxy says', async () => {
  const servers = parseServers(await onEdge(`${RUNTIME.source}\nstates`));
  expect(servers.map(({ backend, name, slot, state, up }) => [backend, name, slot, state, up])).toEqual([
    ['gateway', 'blue-1', 'blue', 'ready', true],
    ['gateway', 'blue-2', 'blue', 'ready', true],
    ['gateway', 'green-1', 'green', 'drain', true],
    ['gateway', 'green-2', 'green', 'maint', false],
    ['qdrant_rest', 'blue', 'blue', 'maint', false],
    ['qdrant_rest', 'green', 'green', 'ready', false],
  ]);
});

test('a server with a name of its own belongs to no slot, and what is no state is an error', () => {
  expect(parseServers('gateway bluest-1 ready up\n')[0]?.slot).toBeNull();
  expect(() => parseServers('Unknown command\n')).toThrow('not a server');
});

test('traffic is read from the statistics, whatever the last health check answered', () => {
  const text = [
    '# pxname,svname,scur,stot,type,hrsp_5xx,last_chk,rtime,',
    'gateway,FRONTEND,3,90,0,1,,,',
    'gateway,blue-1,2,70,2,1,"said ""no"", \ntwice",12,',
    'gateway,green-1,0,0,2,0,,0,',
    'gateway,BACKEND,2,70,1,1,,11,',
    '',
  ].join('\n');
  expect(parseTraffic(text)).toEqual([
    { backend: 'gateway', name: 'blue-1', slot: 'blue', running: 2, requests: 70, errors: 1, meanMs: 12 },
    { backend: 'gateway', name: 'green-1', slot: 'green', running: 0, requests: 0, errors: 0, meanMs: 0 },
  ]);
  expect(() => parseTraffic('# pxname,svname,type\n')).toThrow('no scur');
});

test('a slot has its requests before the other one loses them, in all backends', async () => {
  const up = STATES.replace('green-2 127.0.0.1 0 5', 'green-2 127.0.0.1 2 12');
  const { script } = switchSlot({ backends: ['gateway'], to: 'green', limitSeconds: 1 });
  expect(await onEdge(script.source, up)).toBe(
    'set server gateway/green-1 state ready;set server gateway/green-2 state ready\n' +
      'set server gateway/blue-1 state drain;set server gateway/blue-2 state drain\n',
  );
});

test('a slot that does not become healthy is as it was before, and so is the other one', async () => {
  const { script } = switchSlot({ backends: ['gateway'], to: 'green', limitSeconds: 1 });
  expect(await onEdge(`(${script.source}) 2>&1; [ $? = 1 ]`)).toBe(
    'not healthy after 1 s: gateway/green-2\n' +
      'set server gateway/green-2 state drain\n' +
      'set server gateway/green-2 health down\n' +
      'set server gateway/green-2 state maint\n',
  );
});

test('a slot that is to be checked is drained, and down until its checks pass', async () => {
  const { script } = checkSlot({ backends: ['gateway', 'qdrant_rest'], slot: 'blue' });
  expect(await onEdge(script.source)).toBe(
    'set server qdrant_rest/blue state drain\nset server qdrant_rest/blue health down\n',
  );
});

test('a slot is disabled in the backends that are named, and one that is disabled is let be', async () => {
  const { script } = disableSlot({ backends: ['gateway'], slot: 'green' });
  expect(await onEdge(script.source)).toBe('set server gateway/green-1 state maint\n');
  expect(await onEdge(disableSlot({ backends: ['qdrant_rest'], slot: 'blue' }).script.source)).toBe('');
});

test('an order that HAProxy does not take fails with what it says', async () => {
  const perl = PERL.replace("printf '\\n'", "echo 'No such server.'");
  const { script } = disableSlot({ backends: ['gateway'], slot: 'green' });
  const refused = runWith({ perl }, `export STATES='${STATES}'\n${script.source}`);
  await expect(refused).rejects.toThrow('HAProxy: No such server.');
});

test.each([
  ['as it runs', '', 0],
  ['with a server more', '  server green-3 127.0.0.1:1 disabled\n', 1],
])('a file %s is told from one that differs', async (_, more, code) => {
  const file = `backend qdrant_rest
  server blue 127.0.0.1:6333 port 1 disabled
  server green 127.0.0.1:6335
backend gateway
  server blue-1 127.0.0.1:8001
  server blue-2 127.0.0.1:8002
  server green-1 127.0.0.1:8011 disabled
  server green-2 127.0.0.1:8012 disabled
${more}`;
  const script = runsAsWritten('/file').source.replaceAll('/file', '"$PROGRAMS/file"');
  const said = onEdge(`printf '%s' '${file}' > "$PROGRAMS/file"; (${script}); echo $?`);
  expect(await said).toBe(`${code}\n`);
});
