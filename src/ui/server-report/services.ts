import { isGenuine, plainVersion } from '../../checks/answers/qdrant.js';
import type { Overview } from '../../checks/status/overview.js';
import type { ServerState } from '../../report/state.js';
import type { Block, Cell, Section } from '../page/model.js';
import { bytes, span, stamp } from '../status-values.js';
import { count } from '../style.js';
import { seenCell } from './words.js';

/** What does not run, the machine, its services, and what is installed in which version. */
export function servicesSection({ overview, down }: Pick<ServerState, 'overview' | 'down'>): Section {
  return {
    id: 'services',
    title: 'Services',
    blocks: [
      ...down.map((text): Block => ({ kind: 'text', text, tone: 'bad' })),
      { kind: 'facts', facts: machineFacts(overview) },
      servicesTable(overview),
      { kind: 'facts', facts: versionFacts(overview) },
    ],
  };
}

function machineFacts({ facts, disk, dataPath }: Overview): [string, Cell][] {
  return [
    ['System', seenCell(facts, 'unknown', ({ os, arch, kernel }) => `${os.name}, ${arch}, kernel ${kernel}`)],
    [
      'Machine',
      seenCell(
        facts,
        'unknown',
        ({ cpus, memory, uptime }) => `${count(cpus, 'CPU')}, ${bytes(memory)} of memory, up ${span(uptime)}`,
      ),
    ],
    [
      'Data',
      seenCell(
        disk,
        'unknown',
        ({ free, size, mountedOn, fileSystem }) =>
          `${dataPath}: ${bytes(free)} of ${bytes(size)} free (${Math.floor((100 * free) / size)} %) on ${mountedOn}, ${fileSystem}`,
      ),
    ],
  ];
}

function servicesTable({ services }: Overview): Block {
  return {
    kind: 'table',
    caption: 'The services that this configuration makes run',
    head: ['Service', 'State', 'Since', 'Restarts'],
    numbers: [3],
    rows: services.map(({ unit, state }) => [
      unit.replace(/\.service$/, ''),
      seenCell(state, { text: 'not installed', tone: 'bad' }, ({ active }) => ({
        text: active,
        tone: active === 'active' ? 'good' : 'bad',
      })),
      seenCell(state, '-', ({ since }) => (since === null ? 'never started' : stamp(since))),
      seenCell(state, '-', ({ restarts }) => String(restarts)),
    ]),
  };
}

function versionFacts({ qdrant, slot, postgres, redis, python }: Overview): [string, Cell][] {
  return [
    [
      'Qdrant',
      seenCell(qdrant.root, { text: 'does not answer', tone: 'bad' }, (root) =>
        isGenuine(root)
          ? root.version
          : { text: `${plainVersion(root)}, the emulator, not Qdrant`, tone: 'warn' },
      ),
    ],
    ['Active slot', `${slot.name}${slot.recorded ? '' : ' (from the configuration)'}`],
    ...(postgres === null
      ? []
      : [
          ['PostgreSQL', seenCell(postgres, 'not installed', ({ server }) => serverCell(server))] as [
            string,
            Cell,
          ],
        ]),
    ...(redis === null
      ? []
      : [
          [
            'Redis',
            seenCell(
              redis,
              'not installed',
              ({ version }) => version ?? { text: 'does not answer', tone: 'bad' },
            ),
          ] as [string, Cell],
        ]),
    ['Python', seenCell(python, 'no virtual environment', (version) => version)],
  ];
}

function serverCell(server: { version: string; vector: string | null } | null): Cell {
  if (server === null) return { text: 'does not answer', tone: 'bad' };
  return `${server.version}, ${server.vector === null ? 'without pgvector' : `pgvector ${server.vector}`}`;
}
