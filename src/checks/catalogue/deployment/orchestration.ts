import { ask, type Observation } from '../../../host/probe.js';
import { textFile } from '../../../resources/text-file-probe.js';
import { type Orchestration, readOrchestration } from '../../../services/registry/documents.js';
import { documentFile, TARGET } from '../../../services/registry/place.js';
import { unitsOfAllSlots } from '../../../services/registry/services.js';
import { type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type UnitTies, unitTies } from '../../probes/unit-ties.js';
import { expect, fail, pass, whenKnown, whenThere } from '../../verdict.js';
import { combined, servicesIn } from './shared.js';

/** What starts with the host, and in which order. */
export const orchestration = defineCheck<string | UnitTies>({
  id: 'deployment.orchestration',
  group: 'deployment',
  severity: 'error',
  title: `${TARGET} starts what serves, in its order, and stops it`,
  looksAt:
    'service-orchestration.yaml on the host, against what systemd knows of the target and of the units in it',
  why: 'After a reboot the wrong slot serves, or a service starts before what it needs; nobody notices until then.',
  probe: (context) => [
    ask(textFile, documentFile(context.config, 'orchestration')),
    ...unitsIn(context).map((unit) => ask(unitTies, unit)),
  ],
  judge: ([text, ...ties], context) => {
    const seen = new Map(
      unitsIn(context).map((unit, index) => [unit, ties[index] as Observation<UnitTies> | undefined]),
    );
    return whenKnown(text as Observation<string> | undefined, (content) => {
      const found = content === null ? null : readOrchestration(content);
      if (found === null)
        return fail('there is no such file, or it cannot be read', 'the order of the services');
      return combined(verdictsOf(found, seen), summaryOf(found));
    });
  },
  remedy: 'Provision the orchestration again: no service is restarted by it.',
  inspect: () => `systemctl list-dependencies ${TARGET}`,
  fix: '4.5',
});

type Seen = ReadonlyMap<string, Observation<UnitTies> | undefined>;

function unitsIn(context: CheckContext): string[] {
  const units = servicesIn(context).flatMap((each) => unitsOfAllSlots(context.config, each));
  return [TARGET, ...units];
}

function verdictsOf({ target, services }: Orchestration, seen: Seen): Verdict[] {
  const units = Object.values(services).flatMap((each) => each.units);
  return [
    whenThere(seen.get(target), `systemd knows no ${target}`, (ties) => judgeTarget(target, ties, units)),
    ...Object.values(services).flatMap((service) => {
      const before = service.after.flatMap((name) => services[name]?.units ?? []);
      return service.units.map((unit) =>
        whenThere(seen.get(unit), `systemd knows no ${unit}`, (ties) =>
          judgeUnit(unit, ties, { target, before }),
        ),
      );
    }),
  ];
}

function judgeTarget(
  target: string,
  { enabled, active, wants }: UnitTies,
  units: readonly string[],
): Verdict {
  if (!enabled) return fail(`${target} does not start with the host`, 'it is enabled');
  if (!active) return fail(`${target} is stopped`, 'it is started');
  const missing = units.filter((unit) => !wants.includes(unit));
  const extra = wants.filter((unit) => unit.endsWith('.service') && !units.includes(unit));
  if (missing.length > 0) return fail(`${target} does not start ${missing.join(', ')}`, 'it starts them');
  return expect(extra.length === 0, `${target} also starts ${extra.join(', ')}`, 'only what serves');
}

function judgeUnit(
  unit: string,
  { after, partOf }: UnitTies,
  { target, before }: { target: string; before: readonly string[] },
): Verdict {
  if (!partOf.includes(target)) return fail(`${unit} is not stopped with ${target}`, `part of ${target}`);
  const late = before.filter((each) => !after.includes(each));
  if (late.length > 0) return fail(`${unit} does not wait for ${late.join(', ')}`, 'started in order');
  return pass(`${unit} is in order`);
}

function summaryOf({ target, services }: Orchestration): string {
  return `${target} starts ${Object.values(services).flatMap(({ units }) => units).length} units in their order`;
}
