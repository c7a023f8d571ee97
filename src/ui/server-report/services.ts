import { isGenuine, plainVersion } from '../../checks/answers/qdrant.js';
import type { Overview } from '../../checks/status/overview.js';
import type { Observation } from '../../host/probe.js';
import type { ServerState } from '../../report/state.js';
import type { Block, Cell, Section } from '../page/model.js';
import { bytes, span, stamp } from '../status-values.js';
import { count } from '../style.js';
import { knownCell, seenCell } from './words.js';

const SILENT: Cell = { text: 'does not answer', tone: 'bad' };

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
      knownCell(state, ({ since }) => (since === null ? 'never started' : stamp(since))),
      knownCell(state, ({ restarts }) => String(restarts)),
    ]),
  };
}

function versionFacts({ qdrant, slot, postgres, redis, python }: Overview): [string, Cell][] {
  return [
    [
      'Qdrant',
      seenCell(qdrant.root, SILENT, (root) =>
        isGenuine(root)
          ? root.version
          : { text: `${plainVersion(root)}, the emulator, not Qdrant`, tone: 'warn' },
      ),
    ],
    ['Active slot', `${slot.name}${slot.recorded ? '' : ' (from the configuration)'}`],
    ...(postgres === null ? [] : [fact('PostgreSQL', postgres, ({ server }) => serverCell(server))]),
    ...(redis === null ? [] : [fact('Redis', redis, ({ version }) => version ?? SILENT)]),
    ['Python', seenCell(python, 'no virtual environment', (version) => version)],
  ];
}

function fact<Have>(name: string, service: Observation<Have>, show: (value: Have) => Cell): [string, Cell] {
  return [name, seenCell(service, 'not installed', show)];
}

function serverCell(server: { version: string; vector: string | null } | null): Cell {
  if (server === null) return SILENT;
  return `${server.version}, ${server.vector === null ? 'without pgvector' : `pgvector ${server.vector}`}`;
}
