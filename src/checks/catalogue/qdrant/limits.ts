import { ask, type Observation } from '../../../host/probe.js';
import { type Metric, metricValue, readMetrics } from '../../answers/qdrant-metrics.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { slotUnit } from '../../place.js';
import type { HttpAnswer } from '../../probes/http.js';
import { unitMemoryMax } from '../../probes/memory-max.js';
import { expect, unknown, whenThere } from '../../verdict.js';
import { SILENT, withKey } from './ask.js';

const PERCENT = 100;
const MIB = 1024 ** 2;

interface Limit {
  id: string;
  title: string;
  why: string;
  remedy: string;
  inspect: NonNullable<Check['inspect']>;
  /** Metrics with what is used, and of how much. */
  used: string;
  most: string;
  /** Of what, as words after the numbers. */
  unit: string;
}

/** Qdrant's own count of something it uses, against the most that it may use. */
function limited({ used, most, unit, ...check }: Limit): Check {
  return defineCheck({
    ...check,
    group: 'qdrant',
    severity: 'error',
    looksAt: `the metrics ${used} and ${most}`,
    threshold: { default: 80, unit: '% of the limit' },
    probe: (context) => withKey(context, '/metrics'),
    judge: ([answer], _context, limit) =>
      whenThere(answer && readMetrics(answer), SILENT, (all) => {
        const [have, max] = [metricValue(all, used), metricValue(all, most)];
        if (have === undefined || max === undefined) return unknown(`there is no metric ${used} or ${most}`);
        // Qdrant writes 0 where there is no limit.
        if (max === 0) return expect(true, `${have} ${unit}, no limit`, '');
        return share(have, max, limit, `${have} of ${max} ${unit}`);
      }),
  });
}

function share(used: number, most: number, limit: number, seen: string): Verdict {
  const percent = (used / most) * PERCENT;
  return expect(percent < limit, `${seen} (${Math.round(percent)} %)`, `less than ${limit} %`);
}

export const mmaps = limited({
  id: 'qdrant.mmaps',
  title: 'Memory maps are left for Qdrant',
  why: 'Every segment is many memory maps; when the kernel gives no more, Qdrant fails in the middle of a write.',
  used: 'process_open_mmaps',
  most: 'system_max_mmaps',
  unit: 'memory maps',
  remedy: 'Raise vm.max_map_count, or let Qdrant merge its segments: fewer of them need fewer maps.',
  inspect: () => 'sysctl vm.max_map_count',
});

export const fds = limited({
  id: 'qdrant.fds',
  title: 'Open files are left for Qdrant',
  why: 'Every segment and connection is open files; without files left Qdrant panics in the middle of a write.',
  used: 'process_open_fds',
  most: 'process_max_fds',
  unit: 'open files',
  remedy:
    'Raise qdrant.nofile, provision, and restart the slot; or find the client that leaves connections open.',
  inspect: ({ slot }) => `ls /proc/$(systemctl show -p MainPID --value ${slotUnit(slot)})/fd | wc -l`,
});

export const memory = defineCheck<HttpAnswer | number>({
  id: 'qdrant.memory',
  group: 'qdrant',
  severity: 'error',
  title: 'Memory is left for Qdrant',
  looksAt: "the metric memory_resident_bytes, against the unit's MemoryMax, else the host's memory",
  why: 'At the limit the kernel first takes the page cache, which slows searches, and then ends the process.',
  threshold: { default: 80, unit: '% of the limit' },
  probe: (context) => [withKey(context, '/metrics'), ask(unitMemoryMax, slotUnit(context.slot))],
  judge: ([answer, max], context, limit) =>
    whenThere(answer && readMetrics(answer as Observation<HttpAnswer>), SILENT, (all) =>
      whenThere(max as Observation<number> | undefined, 'the unit is not installed', (bytes) =>
        judgeMemory(all, bytes, limit, context),
      ),
    ),
  remedy:
    'Quantize collections or keep their vectors on disk, or plan more memory: qdrant.memory, on a host that has it.',
  inspect: ({ slot }) => `systemctl show -p MemoryCurrent,MemoryMax ${slotUnit(slot)}`,
});

/** Without a limit of its own the unit has the host's memory. */
function judgeMemory(all: readonly Metric[], max: number, limit: number, { facts }: CheckContext): Verdict {
  const resident = metricValue(all, 'memory_resident_bytes');
  if (resident === undefined) return unknown('there is no metric memory_resident_bytes');
  const against = (most: number, whose: string): Verdict =>
    share(resident, most, limit, `${mib(resident)} of the ${mib(most)} ${whose}`);
  if (Number.isFinite(max)) return against(max, 'of its unit');
  return whenThere(facts, 'the memory of the host is not known', (known) =>
    against(known.memory, 'of the host'),
  );
}

function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
