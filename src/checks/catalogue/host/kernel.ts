import { ask } from '../../../host/probe.js';
import { readChoice, readNumber, readPressure, readSwapUsed } from '../../answers/kernel.js';
import {
  type Check,
  type CheckContext,
  defineCheck,
  inContainer,
  type Severity,
  type Verdict,
} from '../../check.js';
import { kernelText } from '../../probes/kernel.js';
import { expect, whenThere, worst } from '../../verdict.js';

const SYSTEM_TASK = '0.2';

/** In a container these belong to the machine around it: worth knowing there, but not this host's to set. */
function kernelWide(context: CheckContext): Severity {
  return inContainer(context) ? 'warning' : 'error';
}

/** A verdict on a setting that the system task sets: except in a container, where no task of this host can. */
function settable(context: CheckContext, verdict: Verdict): Verdict {
  return inContainer(context) ? { ...verdict, fix: undefined } : verdict;
}

/** Says whose setting it is. */
function whose(context: CheckContext): string {
  return inContainer(context) ? ' on the machine around the container' : '';
}

const PRESSURES = ['memory', 'io'] as const;

const pressure = defineCheck<string>({
  id: 'host.pressure',
  group: 'host',
  severity: kernelWide,
  title: 'Nothing waits long for memory or disks',
  looksAt: 'full avg60 in /proc/pressure/memory and /proc/pressure/io',
  why: 'While every task waits for memory or a disk at once, no search is answered.',
  threshold: { default: 5, unit: '% of a minute' },
  probe: () => PRESSURES.map((name) => ask(kernelText, `/proc/pressure/${name}`)),
  judge: (texts, _context, limit) => {
    const verdicts = PRESSURES.map((name, index) => {
      const text = texts[index];
      return whenThere(text && readPressure(text), NO_PSI, (share) =>
        expect(share < limit, `${name} ${share} %`, `below ${limit} %`),
      );
    });
    return worst(verdicts, verdicts.map(({ seen }) => seen).join(', '));
  },
  remedy:
    'Stop what reads, writes or allocates so much, or move it to another time; else add memory or a faster disk.',
  inspect: () => 'head /proc/pressure/*; ps -eo pid,stat,rss,comm --sort=-rss | head',
});

const NO_PSI = 'this kernel does not measure pressure (boot it with psi=1)';

const mapCount = defineCheck<string>({
  id: 'host.map-count',
  group: 'host',
  severity: kernelWide,
  title: 'A process may map enough files',
  looksAt: 'vm.max_map_count',
  why: 'Qdrant maps every segment; at the limit it cannot open another one and panics.',
  threshold: { default: 262_144, unit: 'mappings' },
  probe: () => ask(kernelText, '/proc/sys/vm/max_map_count'),
  judge: ([text], context, limit) =>
    whenThere(text && readNumber(text), 'this kernel has no vm.max_map_count', (value) =>
      settable(context, expect(value >= limit, `${value}${whose(context)}`, `at least ${limit}`)),
    ),
  remedy: 'Provision the kernel settings; for a container set vm.max_map_count on the machine around it.',
  inspect: () => 'sysctl vm.max_map_count',
  fix: SYSTEM_TASK,
});

const thp = defineCheck<string>({
  id: 'host.thp',
  group: 'host',
  severity: kernelWide,
  title: 'Huge pages are not forced on every process',
  looksAt: '/sys/kernel/mm/transparent_hugepage/enabled',
  why: 'The kernel stops processes to gather pages, and while Redis saves each write copies 2 MiB.',
  probe: () => ask(kernelText, '/sys/kernel/mm/transparent_hugepage/enabled'),
  judge: ([text], context) =>
    whenThere(text && readChoice(text), 'this kernel shows no transparent huge pages', (choice) =>
      settable(context, expect(choice !== 'always', `${choice}${whose(context)}`, 'madvise or never')),
    ),
  remedy: 'Set os.transparent_hugepages to madvise and provision; for a container on the machine around it.',
  inspect: () => 'cat /sys/kernel/mm/transparent_hugepage/enabled',
  fix: SYSTEM_TASK,
});

const overcommit = defineCheck<string>({
  id: 'host.overcommit',
  group: 'host',
  severity: kernelWide,
  title: 'Redis can always fork',
  looksAt: 'vm.overcommit_memory',
  why: 'Redis forks to save; the kernel may refuse that although memory is free, and Redis then refuses writes.',
  skip: ({ config }) => (config.redis.enabled ? undefined : 'redis.enabled is false'),
  probe: () => ask(kernelText, '/proc/sys/vm/overcommit_memory'),
  judge: ([text], context) =>
    whenThere(text && readNumber(text), 'this kernel has no vm.overcommit_memory', (value) =>
      settable(context, expect(value === 1, `${value}${whose(context)}`, '1')),
    ),
  remedy: 'Provision the kernel settings; for a container set vm.overcommit_memory on the machine around it.',
  inspect: () => 'sysctl vm.overcommit_memory',
  fix: SYSTEM_TASK,
});

const GIB = 1024 ** 3;

const swap = defineCheck<string>({
  id: 'host.swap',
  group: 'host',
  severity: kernelWide,
  title: 'Swap is hardly used',
  looksAt: 'SwapTotal and SwapFree in /proc/meminfo',
  why: 'Vectors that were swapped out are read back page by page: searches are slow without a visible cause.',
  threshold: { default: 1, unit: 'GiB used' },
  probe: () => ask(kernelText, '/proc/meminfo'),
  judge: ([text], context, limit) =>
    whenThere(text && readSwapUsed(text), 'this kernel has no /proc/meminfo', (used) =>
      expect(
        used < limit * GIB,
        `${(used / GIB).toFixed(1)} GiB used${whose(context)}`,
        `less than ${limit} GiB`,
      ),
    ),
  remedy:
    'Find what takes the memory and lower its limit; then swapoff -a and swapon -a bring the pages back.',
  inspect: () => 'free -h; grep -H VmSwap /proc/[0-9]*/status | sort -k2nr | head',
});

export const kernelChecks: readonly Check[] = [pressure, mapCount, thp, overcommit, swap];
