import { parse } from 'yaml';
import { z } from 'zod';
import { parseDuration } from '../../config/units.js';
import { known, type Observation } from '../../host/probe.js';
import type { HttpAnswer } from '../probes/http.js';

/** A scrape target. Its address is not among this: it may hold credentials. */
export interface Target {
  name: string;
  job: string;
  /** `up`, `down`, or `unknown` before the first scrape. */
  health: string;
}

export interface Rule {
  name: string;
  /** `ok`, `err`, or `unknown` before the first evaluation. */
  health: string;
  lastError: string;
  /** Seconds that it must hold before it fires. */
  duration: number;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
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
      rules: z.array(
        z.object({
          name: z.string(),
          health: z.string(),
          lastError: z.string().default(''),
          duration: z.number().default(0),
          labels: labels.default({}),
          annotations: labels.default({}),
        }),
      ),
    }),
  ),
});

const alerts = z.object({ alerts: z.array(z.object({ labels, state: z.string() })) });

/** What is scraped, from `/api/v1/targets`. */
export function readTargets(answer: Observation<HttpAnswer>): Observation<Target[]> {
  return dataOf(answer, targets, ({ activeTargets }) =>
    activeTargets.map(({ labels, health }) => ({
      name: [labels.job, labels.instance].filter(Boolean).join(' '),
      job: labels.job ?? '',
      health,
    })),
  );
}

/** Every loaded rule, from `/api/v1/rules`. */
export function readRules(answer: Observation<HttpAnswer>): Observation<Rule[]> {
  return dataOf(answer, rules, ({ groups }) => groups.flatMap((group) => group.rules));
}

const ruleFile = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          for: z.string().default('0s'),
          labels: labels.default({}),
          annotations: labels.default({}),
        }),
      ),
    }),
  ),
});

/** An alert as a file of rules has it. */
export type WrittenAlert = Pick<Rule, 'name' | 'duration' | 'labels' | 'annotations'>;

/** The alerts of a file of rules that vdb has written; null where the text is none. Pure. */
export function readRuleFile(text: string): WrittenAlert[] | null {
  try {
    const { groups } = ruleFile.parse(parse(text));
    return groups.flatMap(({ rules }) =>
      rules.map(({ alert, for: pending, labels, annotations }) => ({
        ...{ name: alert, labels, annotations },
        duration: parseDuration(pending) ?? Number.NaN,
      })),
    );
  } catch {
    return null;
  }
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
