import { z } from 'zod';
import { known, type Observation } from '../../host/probe.js';
import type { HttpAnswer } from '../probes/http.js';

/** A scrape target. Its address is not among this: it may hold credentials. */
export interface Target {
  name: string;
  /** `up`, `down`, or `unknown` before the first scrape. */
  health: string;
}

export interface Rule {
  name: string;
  /** `ok`, `err`, or `unknown` before the first evaluation. */
  health: string;
  lastError: string;
}

export interface Alert {
  name: string;
  state: string;
  severity: string;
}

const labels = z.record(z.string(), z.string());

const targets = z.object({
  activeTargets: z.array(z.object({ labels, health: z.string() })),
});

const rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
    }),
  ),
});

const alerts = z.object({ alerts: z.array(z.object({ labels, state: z.string() })) });

/** What is scraped, from `/api/v1/targets`. */
export function readTargets(answer: Observation<HttpAnswer>): Observation<Target[]> {
  return dataOf(answer, targets, ({ activeTargets }) =>
    activeTargets.map(({ labels, health }) => ({
      name: [labels.job, labels.instance].filter(Boolean).join(' '),
      health,
    })),
  );
}

/** Every loaded rule, from `/api/v1/rules`. */
export function readRules(answer: Observation<HttpAnswer>): Observation<Rule[]> {
  return dataOf(answer, rules, ({ groups }) =>
    groups.flatMap((group) => group.rules).map((rule) => ({ ...rule, lastError: rule.lastError ?? '' })),
  );
}

/** Pending and firing alerts, from `/api/v1/alerts`. */
export function readAlerts(answer: Observation<HttpAnswer>): Observation<Alert[]> {
  return dataOf(answer, alerts, (data) =>
    data.alerts.map(({ labels, state }) => ({
      name: labels.alertname ?? 'an alert',
      state,
      severity: labels.severity ?? '',
    })),
  );
}

/** Null where nothing listens; unknown for anything but Prometheus' success. */
function dataOf<Data, Have>(
  answer: Observation<HttpAnswer>,
  schema: z.ZodType<Data>,
  read: (data: Data) => Have,
): Observation<Have> {
  if (answer.status !== 'known') return answer;
  if (answer.value === null) return known<Have>(null);
  const { status, body } = answer.value;
  if (status === 'timeout') return { status: 'unknown', why: 'Prometheus does not answer in time' };
  if (status !== 200) return { status: 'unknown', why: `Prometheus answers ${status}` };
  try {
    return known(read(z.object({ status: z.literal('success'), data: schema }).parse(JSON.parse(body)).data));
  } catch {
    return { status: 'unknown', why: 'what answers is not Prometheus: no list that it would give' };
  }
}
