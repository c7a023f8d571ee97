import { slotStorage } from '../../config/slots.js';
import { ask } from '../../host/probe.js';
import { type Check, defineCheck } from '../check.js';
import { type RandomReads, randomReads } from '../probes/random-read.js';
import { expect, unknown, whenThere } from '../verdict.js';

const randomRead = defineCheck<RandomReads>({
  id: 'performance.random-read',
  group: 'performance',
  severity: 'warning',
  optIn: true,
  title: 'The disk reads quickly at random places',
  looksAt: 'single reads of 4 KiB from the largest file of the active slot, by fio, for five seconds',
  why: 'A vector that is not in memory costs a search one such read after the other.',
  threshold: { default: 2, unit: 'ms at the 99th percentile' },
  probe: ({ config, slot }) => ask(randomReads, `${slotStorage(config, slot)}/storage`),
  judge: ([reads], _context, limit) =>
    whenThere(reads, 'there is no storage yet', (value) =>
      value.measured
        ? expect(
            value.p99Ms <= limit,
            `p99 ${value.p99Ms.toFixed(2)} ms over ${value.reads} reads`,
            `at most ${limit} ms`,
          )
        : unknown(value.why),
    ),
  remedy: 'See whether something else uses the disk; else move the data to a local SSD.',
  inspect: () => 'iostat -x 1 5; lsblk -o NAME,ROTA,SCHED,RA',
});

export const performanceChecks: readonly Check[] = [randomRead];
