/** Upper edges of the duration histogram in seconds, as Qdrant has them. */
const EDGES = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10, 50];

interface Timing {
  buckets: number[];
  sum: number;
  count: number;
}

/** Counts of answers, by method, endpoint and status. */
export interface Metrics {
  record(method: string, endpoint: string, status: number, seconds: number): void;
  /** Lines in the text format of Prometheus. */
  lines(): string[];
}

/** Only answers with status 200 are timed, as in Qdrant. */
export function createMetrics(): Metrics {
  const totals = new Map<string, number>();
  const timings = new Map<string, Timing>();
  return {
    record(method, endpoint, status, seconds) {
      const labels = `method="${method}",endpoint="${endpoint}",status="${status}"`;
      totals.set(labels, (totals.get(labels) ?? 0) + 1);
      if (status === 200) time(timings, labels, seconds);
    },
    lines: () => [
      ...heading('rest_responses_total', 'total number of responses', 'counter'),
      ...[...totals].map(([labels, total]) => `rest_responses_total{${labels}} ${total}`),
      ...heading('rest_responses_duration_seconds', 'response duration histogram', 'histogram'),
      ...[...timings].flatMap(([labels, timing]) => histogram(labels, timing)),
    ],
  };
}

function time(timings: Map<string, Timing>, labels: string, seconds: number): void {
  const timing = timings.get(labels) ?? { buckets: EDGES.map(() => 0), sum: 0, count: 0 };
  timings.set(labels, {
    buckets: timing.buckets.map((count, index) => count + Number(seconds <= (EDGES[index] ?? 0))),
    sum: timing.sum + seconds,
    count: timing.count + 1,
  });
}

function histogram(labels: string, { buckets, sum, count }: Timing): string[] {
  const name = 'rest_responses_duration_seconds';
  return [
    ...buckets.map((value, index) => `${name}_bucket{${labels},le="${EDGES[index]}"} ${value}`),
    `${name}_bucket{${labels},le="+Inf"} ${count}`,
    `${name}_sum{${labels}} ${sum}`,
    `${name}_count{${labels}} ${count}`,
  ];
}

/** The two lines that introduce a metric. */
export function heading(name: string, help: string, type: 'counter' | 'gauge' | 'histogram'): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}
