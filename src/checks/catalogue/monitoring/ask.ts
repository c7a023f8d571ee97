import type { Config } from '../../../config/schema.js';
import { ask, type Observation, type Probe } from '../../../host/probe.js';
import { PROMETHEUS_CONFIGURATION } from '../../../services/monitoring/place.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { type HttpAnswer, localHttp } from '../../probes/http.js';
import { type PrometheusInstalled, prometheus } from '../../probes/prometheus.js';
import { fail, skip, whenKnown } from '../../verdict.js';

export const ABSENT = 'Prometheus is not installed';

/** How a check asks Prometheus, and what it makes of the answer. */
interface Asked<Data> {
  /** Below `/api/v1/`. */
  path: string;
  read(answer: Observation<HttpAnswer>): Observation<Data>;
  judge(data: Data, seen: Seen): Verdict;
  /** Where there is no Prometheus. Default: there is nothing to look at. */
  absent?(config: Config): Verdict;
  /** What is looked at besides where vdb has installed it. */
  beside?(config: Config): Probe<unknown>[];
}

/** What a judgement may go by besides the answer. */
export interface Seen {
  config: Config;
  installed: PrometheusInstalled;
  /** What was asked `beside`. */
  beside: readonly Observation<unknown>[];
}

/** A check that asks Prometheus, where it is installed, over its API. */
export function ofPrometheus<Data>(
  check: Pick<Check, 'id' | 'severity' | 'title' | 'looksAt' | 'why' | 'remedy'>,
  { path, read, judge, absent = () => skip(ABSENT), beside = () => [] }: Asked<Data>,
): Check {
  return defineCheck<unknown>({
    ...check,
    group: 'monitoring',
    skip: ({ config }) =>
      config.monitoring.metrics_enabled ? undefined : 'monitoring.metrics_enabled is false',
    probe: ({ config }: CheckContext) => [
      ask(prometheus, PROMETHEUS_CONFIGURATION),
      ask(localHttp, { port: config.monitoring.prometheus_port, path: `/api/v1/${path}`, keyFile: null }),
      ...(config.monitoring.enabled ? beside(config) : []),
    ],
    judge: ([first, second, ...others], { config }) => {
      const [installed, answer] = [first, second] as [
        Observation<PrometheusInstalled>,
        Observation<HttpAnswer>,
      ];
      return whenKnown(installed, (value) => {
        if (value === null) return absent(config);
        return whenKnown(read(answer), (data) =>
          data === null ? silent(config) : judge(data, { config, installed: value, beside: others }),
        );
      });
    },
    inspect: ({ config: { monitoring } }) =>
      `curl -s 'http://127.0.0.1:${monitoring.prometheus_port}/api/v1/${path}'`,
  });
}

function silent(config: Config): Verdict {
  const { prometheus_port } = config.monitoring;
  return repaired(fail(`nothing listens on port ${prometheus_port}`, 'Prometheus answers'), config);
}

/** A task brings it back where vdb has brought it. */
export function repaired(verdict: Verdict, { monitoring }: Config, fix = '5.1'): Verdict {
  return monitoring.enabled ? { ...verdict, fix } : verdict;
}
