import type { Observation } from '../../host/probe.js';
import type { HttpAnswer } from '../probes/http.js';
import { readingText } from './qdrant.js';

/** One line of the text format of Prometheus. */
export interface Metric {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)",?/y;
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|NaN|[+-]Inf)$/i;

/** Reads `/metrics`. A line that is no metric makes the whole unreadable: it is the answer of something else. */
export function readMetrics(answer: Observation<HttpAnswer>): Observation<Metric[]> {
  return readingText(answer, parseMetrics);
}

/** The value of a metric, of the one with these labels where there are several; undefined without one. */
export function metricValue(
  metrics: readonly Metric[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  return metrics.find(
    (metric) => metric.name === name && wanted.every(([key, value]) => metric.labels[key] === value),
  )?.value;
}

/** Throws for a text that has no metric, or anything besides metrics and comments. */
export function parseMetrics(text: string): Metric[] {
  const metrics = text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map(parseLine);
  if (metrics.length === 0) throw new Error('no metrics');
  return metrics;
}

function parseLine(line: string): Metric {
  const match = LINE.exec(line.trimEnd());
  const value = match?.[3] ?? '';
  if (match === null || !NUMBER.test(value)) throw new Error(`no metric: ${line.slice(0, 80)}`);
  return { name: match[1] ?? '', labels: labelsOf(match[2] ?? ''), value: numberOf(value) };
}

function numberOf(value: string): number {
  if (/inf$/i.test(value)) return value.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return Number(value);
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`no labels: ${text.slice(0, 80)}`);
    labels[match[1] ?? ''] = unescaped(match[2] ?? '');
  }
  return labels;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
