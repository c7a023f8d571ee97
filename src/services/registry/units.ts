import type { Config } from '../../config/schema.js';
import { template } from '../../templates.js';
import { MONITORING_UNITS } from '../monitoring/programs.js';
import { TARGET } from './place.js';
import { type Service, unitsOfAllSlots } from './services.js';

/** What is added to a unit: its name may be that of a template, for all its instances. */
export interface DropIn {
  unit: string;
  content: string;
}

/** How often a distribution's unit that ends unasked is started again: a failure that stays shall be seen. */
const AGAIN = { seconds: 5, times: 5, within: 60 };

/** The content of `vdb.target`. What it starts are links in a directory of its own, which follow the active slots. */
export function renderTarget(): string {
  return template('systemd/vdb.target');
}

/** The units that the target starts, in the order of their services. Pure. */
export function targetUnits(services: readonly Service[]): string[] {
  return services.flatMap(({ units }) => units);
}

/**
 * What ties the units to the target, orders them and has them started again. It is the same whichever slot is active, and
 * no unit is restarted for it: it counts once systemd has read it. Pure.
 */
export function dropIns(config: Config, services: readonly Service[]): DropIn[] {
  return services.flatMap((service) => {
    const tied = new Set(service.units.map(templateOf));
    const kept = service.instances.filter(({ release }) => release === null).map(({ unit }) => unit);
    return [...new Set([...tied, ...kept])].map((unit) => ({
      unit,
      content: template('systemd/drop-in.conf', {
        target: tied.has(unit) ? TARGET : null,
        after: tied.has(unit) ? unitsBefore(config, services, service) : [],
        again: kept.includes(unit) ? { ...AGAIN, restart: restartOf(service) } : null,
      }),
    }));
  });
}

/** The units that have no drop-in here, though they would with another configuration. Pure. */
export function unitsLeftAlone(added: readonly DropIn[], postgres: number): string[] {
  const all = [
    ...['postgresql.service', `postgresql@${postgres}-main.service`],
    ...['redis-server.service', 'api-gateway@.service', 'haproxy.service'],
    ...MONITORING_UNITS,
  ];
  return all.filter((unit) => !added.some((each) => each.unit === unit));
}

function unitsBefore(config: Config, services: readonly Service[], { after }: Service): string[] {
  return services.filter(({ name }) => after.includes(name)).flatMap((each) => unitsOfAllSlots(config, each));
}

/**
 * The packages of Redis and HAProxy say `always`, which is left; that of PostgreSQL says nothing, and that of Prometheus does
 * not mean one that gives up.
 */
function restartOf({ name }: Service): string | null {
  return name === 'postgresql' || name === 'monitoring' ? 'on-failure' : null;
}

/** vdb's own units are instances of templates, all of which are meant; of PostgreSQL's clusters only its own is. */
function templateOf(unit: string): string {
  return unit.replace(/^(qdrant|api-gateway)@.*\.service$/, '$1@.service');
}
