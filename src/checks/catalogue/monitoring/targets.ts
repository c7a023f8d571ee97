import type { Config } from '../../../config/schema.js';
import { monitoringJobs } from '../../../services/monitoring/jobs.js';
import { readTargets, type Target } from '../../answers/prometheus.js';
import type { Verdict } from '../../check.js';
import { fail, pass, warn } from '../../verdict.js';
import { ABSENT, ofPrometheus, repaired, type Seen } from './ask.js';

/** Whether what Prometheus watches is reached. */
export const targets = ofPrometheus(
  {
    id: 'monitoring.targets',
    severity: 'warning',
    title: 'Prometheus reaches everything that it scrapes',
    looksAt: 'the health of every active target; where vdb has installed Prometheus, those of each job',
    why: 'What is not scraped is not watched: no alert comes from it, however bad it is.',
    remedy:
      'Start what is down, or correct its scrape configuration. Where there is no Prometheus, monitoring.enabled has vdb install it; monitoring.metrics_enabled: false says that there is none.',
  },
  { path: 'targets?state=active', read: readTargets, judge: judgeTargets, absent: judgeAbsence },
);

function judgeAbsence(config: Config): Verdict {
  if (config.monitoring.enabled) return repaired(fail(ABSENT, 'as monitoring.enabled says'), config);
  return warn(ABSENT, 'as monitoring.metrics_enabled says');
}

/** The tasks that bring what a job asks; the exporters are of 5.1. */
const TASK_OF: Readonly<Record<string, string>> = { qdrant: '1.1', gateway: '1.2', edge: '4.5' };

function judgeTargets(all: Target[], { config }: Seen): Verdict {
  const wanted = config.monitoring.enabled ? monitoringJobs(config).map(({ name }) => name) : [];
  const missing = wanted.filter((job) => !all.some((target) => target.job === job));
  const down = all.filter(({ health }) => health !== 'up');
  const tasks = [...missing, ...down.map(({ job }) => job)].map((job) => TASK_OF[job] ?? '5.1');
  const fix = [...new Set(tasks)].sort().join(',');
  if (all.length === 0) return repaired(fail('nothing is scraped', 'targets'), config);
  if (tasks.length === 0)
    return pass(wanted.length === 0 ? `${all.length} up` : `${all.length} up, of ${wanted.length} jobs`);
  const details = [
    ...missing.map((job) => `${job}: no target`),
    ...down.map(({ name, health }) => `${name}: ${health}`),
  ];
  return repaired(
    missing.length === 0
      ? fail(`${down.length} of ${all.length} not up`, 'all up', details)
      : fail(`${missing.length} of ${wanted.length} jobs without a target`, 'all up', details),
    config,
    fix,
  );
}
