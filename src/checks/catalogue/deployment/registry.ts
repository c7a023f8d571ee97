import { ask, type Observation } from '../../../host/probe.js';
import { textFile } from '../../../resources/text-file-probe.js';
import { registryFile } from '../../../services/registry/place.js';
import { type Registry, readRegistry } from '../../../services/registry/registry.js';
import { type ServiceName, unitsOfAllSlots } from '../../../services/registry/services.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type FileAccess, fileAccess } from '../../probes/files.js';
import { type Listener, listeners } from '../../probes/sockets.js';
import { type UnitState, unitState } from '../../probes/units.js';
import { expect, fail, pass, warn, whenKnown, whenThere } from '../../verdict.js';
import { BROUGHT_BY, combined, servicesIn } from './shared.js';

type Have = string | Listener[] | UnitState | FileAccess;
type Instance = Registry['services'][number]['instances'][number];

/** What programs read about the host is so. */
export const registry = defineCheck<Have>({
  id: 'deployment.registry',
  group: 'deployment',
  severity: 'error',
  title: 'What the registry says is what runs',
  looksAt:
    'registry.json on the host, against the units of systemd, the listening sockets, the links to releases, and the slots of the state',
  why: 'Programs that look there for a service, or for where to look at it, are sent to where nothing is.',
  probe: (context) => [
    ask(textFile, registryFile(context.config)),
    ask(listeners, null),
    ...unitsIn(context).map((unit) => ask(unitState, unit)),
    ...linksIn(context).map((link) => ask(fileAccess, link)),
  ],
  judge: ([text, sockets, ...others], context) => {
    const units = unitsIn(context);
    const links = linksIn(context);
    const seen: Seen = {
      sockets: sockets as Observation<Listener[]> | undefined,
      units: new Map(units.map((unit, index) => [unit, others[index] as Observation<UnitState> | undefined])),
      links: new Map(
        links.map((link, index) => [
          link,
          others[units.length + index] as Observation<FileAccess> | undefined,
        ]),
      ),
    };
    return whenKnown(text as Observation<string> | undefined, (content) => {
      const expected = 'a registry that is true';
      if (content === null) return { ...fail('there is no registry', expected), fix: '4.5' };
      const found = readRegistry(content);
      if (found === null) return { ...fail('the registry cannot be read', expected), fix: '4.5' };
      return combined(verdictsOf(found, seen, context), summaryOf(found));
    });
  },
  remedy: 'Start what does not run; where the registry is wrong, have it written again.',
  inspect: ({ config }) => `cat ${registryFile(config)}`,
  fix: '4.5',
});

interface Seen {
  sockets: Observation<Listener[]> | undefined;
  units: ReadonlyMap<string, Observation<UnitState> | undefined>;
  links: ReadonlyMap<string, Observation<FileAccess> | undefined>;
}

/** Of both slots: the registry may name the one that the configuration does not. */
function unitsIn(context: CheckContext): string[] {
  const services = servicesIn(context);
  const running = services.flatMap(({ instances }) => instances.map(({ unit }) => unit));
  return [...new Set([...services.flatMap((each) => unitsOfAllSlots(context.config, each)), ...running])];
}

function linksIn(context: CheckContext): string[] {
  const { root } = context.config.paths;
  return unitsIn(context).flatMap((unit) => {
    const [, kind, name] = /^(qdrant|api-gateway)@(.+)\.service$/.exec(unit) ?? [];
    return name === undefined ? [] : [`${root}/${kind === 'qdrant' ? 'slots' : 'gateway'}/${name}`];
  });
}

function verdictsOf({ services, doors }: Registry, seen: Seen, context: CheckContext): Verdict[] {
  const { qdrant, gateway } = context.config;
  const wanted = servicesIn(context).map(({ name }) => name);
  const missing = wanted.filter((name) => !services.some((each) => each.name === name));
  const active = { qdrant: qdrant.active_slot, gateway: gateway.active_slot };
  return [
    ...missing.map((name): Verdict => ({ ...fail(`it does not name ${name}`, 'every service'), fix: '4.5' })),
    ...services.flatMap(({ name, instances }) =>
      instances.flatMap((instance) => [
        ...(name === 'qdrant' || name === 'gateway' ? [slotOf(name, instance, active[name])] : []),
        ...runningOf(name, instance, seen),
      ]),
    ),
    ...doors.map(({ port }) => listening(seen, port, 'a door of the edge', BROUGHT_BY.edge)),
  ];
}

function slotOf(name: ServiceName, { role, slot, unit }: Instance, active: string): Verdict {
  const expected = `slot ${active} of ${name} serves`;
  if (role === 'active')
    return { ...expect(slot === active, `it has ${unit} as active`, expected), fix: '4.5' };
  return { ...expect(slot !== active, `it has ${unit} on standby`, expected), fix: '4.5' };
}

/** What stands by is at rest, but while a deploy is open it runs. */
function runningOf(name: ServiceName, instance: Instance, seen: Seen): Verdict[] {
  const { unit, role, endpoints, release } = instance;
  const fix = BROUGHT_BY[name];
  const state = seen.units.get(unit);
  const link = release === null ? [] : [linked(release, seen, fix)];
  if (!seen.units.has(unit)) {
    return [{ ...fail(`it names ${unit}, which is not of this configuration`, 'its units'), fix: '4.5' }];
  }
  if (role === 'standby') {
    const atRest = whenKnown(state, (value) =>
      value?.active === 'active'
        ? warn(`${unit} runs, though it stands by`, 'at rest')
        : pass(`${unit} is at rest`),
    );
    return [{ ...atRest, fix }, ...link];
  }
  const runs = whenKnown(state, (value) =>
    expect(value?.active === 'active', `${unit} is ${value?.active ?? 'not installed'}`, `${unit} runs`),
  );
  return [{ ...runs, fix }, ...link, ...endpoints.map(({ port }) => listening(seen, port, unit, fix))];
}

function linked(release: string, { links }: Seen, fix: string): Verdict {
  if (!links.has(release))
    return { ...fail(`it names ${release}, which is no link to a release`, 'a release'), fix: '4.5' };
  const verdict = whenKnown(links.get(release), (value) =>
    expect(value !== null, `${release} leads to no release`, 'a release'),
  );
  return { ...verdict, fix };
}

function listening({ sockets }: Seen, port: number, what: string, fix: string): Verdict {
  const verdict = whenThere(sockets, 'ss gave no list', (all) =>
    expect(
      all.some((socket) => socket.port === port),
      `nothing listens on ${port} (${what})`,
      'it listens',
    ),
  );
  return { ...verdict, fix };
}

function summaryOf({ services, doors }: Registry): string {
  const instances = services.flatMap((each) => each.instances);
  const standby = instances.filter(({ role }) => role === 'standby').length;
  const resting = standby === 0 ? '' : `, ${standby} on standby`;
  return `${services.length} services, ${instances.length - standby} instances serve${resting}, ${doors.length} doors`;
}
