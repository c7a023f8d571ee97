import { ask } from '../../../host/probe.js';
import { endpoint, isOwn } from '../../address.js';
import { defineCheck } from '../../check.js';
import { type Listener, listeners } from '../../probes/sockets.js';
import { expect, unknown, whenThere } from '../../verdict.js';

/** Every socket of the active slot is bound where the configuration says. */
export const loopback = defineCheck({
  id: 'qdrant.loopback',
  group: 'qdrant',
  severity: 'critical',
  title: 'Qdrant listens on its own address only',
  looksAt: 'the listening sockets of the active slot',
  why: 'Started without its configuration Qdrant binds every address, and its cluster port knows no key.',
  probe: () => ask(listeners, null),
  judge: ([sockets], { config, slot }) =>
    whenThere(sockets, 'ss gave no list', (all) => {
      const { http, grpc, p2p } = config.qdrant.slots[slot];
      const own = all.filter(({ port }) => [http, grpc, p2p].includes(port));
      if (own.length === 0) return unknown(`nothing listens on the ports of slot ${slot}`);
      const open = own.filter(({ address }) => !isExpected(address, config.qdrant.bind));
      return expect(
        open.length === 0,
        (open.length === 0 ? own : open).map(shown).join(', '),
        config.qdrant.bind,
      );
    }),
  remedy: 'Bind Qdrant to loopback again; the edge is what clients may reach.',
  inspect: () => 'ss -ltnp',
  fix: '1.1',
});

function isExpected(address: string, bind: string): boolean {
  return address === bind || (isOwn(bind) && isOwn(address));
}

function shown({ address, port }: Listener): string {
  return endpoint(address, port);
}
