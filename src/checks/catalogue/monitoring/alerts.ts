import type { Config } from '../../../config/schema.js';
import { ask, type Observation, type Probe } from '../../../host/probe.js';
import { type Alert, readAlerts } from '../../answers/prometheus.js';
import type { Verdict } from '../../check.js';
import { type HttpAnswer, localHttp } from '../../probes/http.js';
import { fail, pass, whenKnown, worst } from '../../verdict.js';
import { ofPrometheus, repaired } from './ask.js';

/** Whether anything critical fires, and anybody is told. */
export const alerts = ofPrometheus(
  {
    id: 'monitoring.alerts',
    severity: 'error',
    title: 'No critical alert is firing',
    looksAt:
      'the alerts that fire with the label severity="critical"; where vdb has installed it, whether Alertmanager answers',
    why: 'An alert says that something is wrong now, also where no check looks; without Alertmanager nobody hears of it.',
    remedy: 'Do what its description says; deploy and change things once it has ended.',
  },
  {
    path: 'alerts',
    read: readAlerts,
    judge: (all, { config, beside: [manager] }) => {
      const firing = judgeAlerts(all, config);
      if (manager === undefined) return firing;
      return worst([judgeManager(manager as Observation<HttpAnswer>, config), firing], firing.seen);
    },
    beside: ({ monitoring: { alertmanager } }) =>
      alertmanager.enabled
        ? [ask(localHttp, { port: alertmanager.port, path: '/-/ready', keyFile: null }) as Probe<unknown>]
        : [],
  },
);

/** By the begin of an alert's name: the task that brings what it is about. */
const TASK_OF = { Qdrant: '1.1', Gateway: '1.2', Edge: '4.5', Postgres: '3.1', Redis: '3.2' } as const;

function judgeAlerts(all: Alert[], config: Config): Verdict {
  const firing = all.filter(({ state }) => state === 'firing');
  const critical = [
    ...new Set(firing.filter(({ severity }) => severity === 'critical').map(({ name }) => name)),
  ];
  if (critical.length === 0) return pass(`${firing.length} firing, none critical`);
  const verdict = fail(critical.join(', '), 'none');
  const fix = tasksFor(critical);
  return fix === undefined ? verdict : repaired(verdict, config, fix);
}

/** Undefined where one of them is about nothing that a task brings. A deploy is not kept back by what it replaces. */
function tasksFor(names: readonly string[]): string | undefined {
  const tasks = names.map((name) => Object.entries(TASK_OF).find(([about]) => name.startsWith(about))?.[1]);
  return tasks.includes(undefined) ? undefined : [...new Set(tasks)].sort().join(',');
}

function judgeManager(answer: Observation<HttpAnswer>, config: Config): Verdict {
  return whenKnown(answer, (value) => {
    if (value?.status === 200) return pass('Alertmanager answers');
    const said = value === null ? 'does not listen' : `answers ${value.status}`;
    return repaired(fail(`Alertmanager ${said}: nobody is told of alerts`, '200'), config);
  });
}
