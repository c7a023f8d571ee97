import { ask } from '../../../host/probe.js';
import { type PublicDoor, publicDoors } from '../../../services/haproxy/config.js';
import { defineCheck, type Verdict } from '../../check.js';
import { EDGE_UNIT } from '../../place.js';
import { type HttpAnswer, localHttp } from '../../probes/http.js';
import { expect, fail, unknown, whenKnown, worst } from '../../verdict.js';

/** The way that clients come. */
export const edge = defineCheck<HttpAnswer>({
  group: 'gateway',
  id: 'gateway.edge',
  severity: 'critical',
  title: 'The edge leads to what is behind it',
  looksAt:
    'every port that HAProxy opens to clients, at each of its addresses, from the host: the health of the gateway, of Qdrant where it is served too, and a call over HTTP/2 for gRPC',
  why: 'Everything behind the edge can be healthy while no client reaches it.',
  skip: ({ config }) => (publicDoors(config).length > 0 ? undefined : 'the edge has nothing to serve'),
  probe: ({ config }) =>
    publicDoors(config).map((door) =>
      ask(localHttp, { port: door.port, path: door.path, keyFile: null, door }),
    ),
  judge: (answers, { config }) => {
    const doors = publicDoors(config);
    const verdicts = doors.map((door, index) =>
      whenKnown(answers[index], (answer) => judgeDoor(answer, door)),
    );
    return worst(verdicts, doors.map(({ port, path }) => `${port}${path}`).join(', '));
  },
  remedy:
    'Where nothing listens, start HAProxy and read its log; where it answers 503, repair what vdb check gateway.ready and qdrant.readyz name.',
  inspect: () => `journalctl -u ${EDGE_UNIT} -n 50 --no-pager`,
  fix: '4.5',
});

function judgeDoor(answer: HttpAnswer | null, { address, port, path, status }: PublicDoor): Verdict {
  const expected = `${path} answers ${status} on port ${port}`;
  if (answer === null) return fail(`nothing listens on ${address}:${port}`, expected);
  if (answer.status === 'timeout') return fail(`port ${port} does not answer in time`, expected);
  if (answer.status === 429) return unknown(`port ${port} has had too many requests from the host itself`);
  return expect(answer.status === status, `${path} answers ${answer.status} on port ${port}`, expected);
}
