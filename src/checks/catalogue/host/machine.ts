import { memoryPlan } from '../../../capacity/memory.js';
import { formatSize } from '../../../config/units.js';
import { type Facts, factsProbe } from '../../../host/facts.js';
import { SUPPORTED_OS } from '../../../host/preflight.js';
import { ask, type Observation } from '../../../host/probe.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { memoryOf, memoryProbes } from '../../memory.js';
import { type Machine, programMachine } from '../../probes/elf.js';
import { expect, fail, pass, skip, warn, whenThere } from '../../verdict.js';

const NO_FACTS = 'the facts of the host could not be read';
const DAY_MS = 86_400_000;

const os = defineCheck<Facts>({
  id: 'host.os',
  group: 'host',
  severity: 'critical',
  title: 'The operating system is supported',
  looksAt: '/etc/os-release, and the day on which the security updates of that release end',
  why: 'vdb knows the packages of these releases; others get no security updates or other versions.',
  threshold: { default: 90, unit: 'days of updates left, below which it warns' },
  probe: () => ask(factsProbe, null),
  judge: ([facts], { now }, days) => whenThere(facts, NO_FACTS, (value) => judgeRelease(value, now, days)),
  remedy: 'Move to a host with a supported release, by backup and restore.',
  inspect: () => 'cat /etc/os-release',
});

function judgeRelease({ os }: Facts, now: Date, days: number): Verdict {
  const release = SUPPORTED_OS.find(({ id, version }) => id === os.id && version === os.version);
  if (release === undefined)
    return fail(os.name, SUPPORTED_OS.map(({ id, version }) => `${id} ${version}`).join(' or '));
  const { supportedUntil } = release;
  const end = Date.parse(`${supportedUntil}T00:00:00Z`) + DAY_MS;
  const left = Math.floor((end - now.getTime()) / DAY_MS);
  if (now.getTime() >= end) return fail(`${os.name}: no security updates since ${supportedUntil}`, NEWER);
  const seen = `${os.name}, security updates until ${supportedUntil}`;
  return left < days ? warn(`${seen}, in ${left} days`, NEWER) : pass(seen);
}

const NEWER = 'a release with security updates';

const slotProgram = ({ config, slot }: CheckContext): string => `${config.paths.root}/slots/${slot}/qdrant`;

const arch = defineCheck<unknown>({
  id: 'host.arch',
  group: 'host',
  severity: 'critical',
  title: 'The installed Qdrant is made for this CPU',
  looksAt: 'the ELF header of the program in the active slot',
  why: 'The program of another architecture cannot start: the slot is down from its next restart on.',
  probe: (context) => [ask(factsProbe, null), ask(programMachine, slotProgram(context))],
  judge: ([facts, machine], context) =>
    whenThere(facts as Observation<Facts> | undefined, NO_FACTS, (value) =>
      whenThere(
        machine as Observation<Machine> | undefined,
        `there is no ${slotProgram(context)}`,
        (program) => judgeMachine(program, value.arch, context),
      ),
    ),
  remedy: 'Set qdrant.artifact to the release for this CPU, and provision again.',
  inspect: (context) => `uname -m; od -An -tx1 -N20 ${slotProgram(context)}`,
});

function judgeMachine(program: Machine, arch: string, { config }: CheckContext): Verdict {
  if (program === 'script' && config.qdrant.artifact.from === 'emulator')
    return skip('the emulator is a script, which runs on any CPU');
  return expect(program === arch, program, arch);
}

const cpus = defineCheck<Facts>({
  id: 'host.cpus',
  group: 'host',
  severity: 'error',
  title: 'The host has the planned CPUs',
  looksAt: 'the CPUs that processes may use, against qdrant.cpu',
  why: 'Searches and the optimizer share the CPUs: with fewer than planned both take longer than measured.',
  probe: () => ask(factsProbe, null),
  judge: ([facts], { config }) =>
    whenThere(facts, NO_FACTS, (value) =>
      expect(value.cpus >= config.qdrant.cpu, `${value.cpus}`, `at least ${config.qdrant.cpu}`),
    ),
  remedy: 'Give the host more CPUs, or lower qdrant.cpu to what was planned anew.',
  inspect: () => 'nproc; lscpu',
});

const memory = defineCheck<unknown>({
  id: 'host.memory',
  group: 'host',
  severity: 'error',
  title: 'The host has the planned memory',
  looksAt: "the host's memory, against what is planned for Qdrant, Redis, PostgreSQL and the gateway",
  why: 'What is planned beyond the memory ends in swap or with a process that the kernel kills.',
  probe: () => memoryProbes(),
  judge: (observations, { config }) =>
    whenThere(memoryOf(observations), NO_FACTS, (bytes) => {
      const plan = memoryPlan(config, bytes);
      const planned = plan.reduce((sum, share) => sum + share.bytes, 0);
      const verdict = expect(planned <= bytes, formatSize(bytes), `at least ${formatSize(planned)}`);
      return verdict.status === 'pass'
        ? verdict
        : { ...verdict, details: plan.map((share) => `${share.name}: ${formatSize(share.bytes)}`) };
    }),
  remedy: 'Give the host more memory, or lower qdrant.memory and plan fewer points.',
  inspect: () => 'free -h',
});

export const machineChecks: readonly Check[] = [os, arch, cpus, memory];
