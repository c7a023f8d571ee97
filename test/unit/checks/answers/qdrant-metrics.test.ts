import { describe, expect, it } from 'vitest';
import { metricValue, parseMetrics } from '../../../../src/checks/answers/qdrant-metrics.js';
import { metricsText } from '../qdrant-answers.js';

describe('parseMetrics', () => {
  it('reads what Qdrant writes', () => {
    const all = parseMetrics(metricsText());
    expect(metricValue(all, 'memory_resident_bytes')).toBe(19_779_584);
    expect(metricValue(all, 'collection_points', { id: 'docs' })).toBe(2);
    expect(metricValue(all, 'rest_responses_total', { method: 'PUT', status: '200' })).toBe(3);
    expect(metricValue(all, 'collection_points', { id: 'other' })).toBeUndefined();
    expect(metricValue(all, 'nothing')).toBeUndefined();
  });

  it('reads labels with quotes, commas and braces, values with exponents, and time stamps', () => {
    const text = 'a{id="x\\"},\\\\\\n{",b="2"} 1.5e+3 1700000000\nb{} +Inf\nc -0.5\nd NaN\n';
    expect(parseMetrics(text)).toEqual([
      { name: 'a', labels: { id: 'x"},\\\n{', b: '2' }, value: 1500 },
      { name: 'b', labels: {}, value: Number.POSITIVE_INFINITY },
      { name: 'c', labels: {}, value: -0.5 },
      { name: 'd', labels: {}, value: Number.NaN },
    ]);
  });

  it.each(['', '# only a comment\n', '<html></html>', 'a 1\n<html>', 'a one', '{"a":1}', 'a{b} 1', 'a 0x10'])(
    'refuses %j',
    (text) => {
      expect(() => parseMetrics(text)).toThrow();
    },
  );
});
