import { ask } from '../../../host/probe.js';
import { readNumber } from '../../answers/kernel.js';
import { defineCheck } from '../../check.js';
import { kernelText } from '../../probes/kernel.js';
import { expect, skip, unknown, whenKnown, whenThere } from '../../verdict.js';

const SOMAXCONN = '/proc/sys/net/core/somaxconn';
const TRACKED = '/proc/sys/net/netfilter/nf_conntrack_count';
const TRACKED_MAX = '/proc/sys/net/netfilter/nf_conntrack_max';

/** The kernel keeps enough connections that a service has not accepted yet. */
export const somaxconn = defineCheck({
  id: 'network.somaxconn',
  group: 'network',
  severity: 'warning',
  title: 'Bursts of connections find room',
  looksAt: SOMAXCONN,
  why: 'Beyond it the kernel drops connections that a busy service has not accepted yet, and clients wait a second.',
  threshold: { default: 4096, unit: 'waiting connections' },
  probe: () => ask(kernelText, SOMAXCONN),
  judge: ([text], _, limit) =>
    whenThere(text && readNumber(text), `there is no ${SOMAXCONN}`, (have) =>
      expect(have >= limit, `${have}`, `at least ${limit}`),
    ),
  remedy: 'Set net.core.somaxconn again; services take it over at their next start.',
  inspect: () => 'sysctl net.core.somaxconn',
  fix: '0.2',
});

/** The table of tracked connections is not nearly full. */
export const conntrack = defineCheck({
  id: 'network.conntrack',
  group: 'network',
  severity: 'error',
  title: 'The firewall can track more connections',
  looksAt: 'the tracked connections and how many there may be',
  why: 'When the table is full the kernel drops every new connection, also that of the operator.',
  threshold: { default: 80, unit: '% of the table' },
  probe: () => [ask(kernelText, TRACKED), ask(kernelText, TRACKED_MAX)],
  judge: ([count, maximum], _, limit) =>
    whenKnown(count && readNumber(count), (tracked) =>
      whenKnown(maximum && readNumber(maximum), (most) => {
        if (tracked === null && most === null) return skip('connection tracking is not loaded');
        if (tracked === null || most === null || most === 0)
          return unknown('the kernel gives one number of two');
        const percent = (100 * tracked) / most;
        return expect(
          percent < limit,
          `${tracked} of ${most} (${percent.toFixed(0)} %)`,
          `less than ${limit} %`,
        );
      }),
    ),
  remedy: 'Find out who opens so many connections, then raise net.netfilter.nf_conntrack_max in os.sysctl.',
  inspect: () => 'sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max',
});
