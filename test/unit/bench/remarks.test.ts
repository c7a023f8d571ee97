import { describe, expect, it } from 'vitest';
import { remarksOf } from '../../../src/bench/remarks.js';
import { benchResult, openStep, pathResult } from './results.js';

const remarks = (changes: Parameters<typeof benchResult>[0], unseen?: string) =>
  remarksOf(benchResult(changes), unseen).join('\n');

describe('remarks', () => {
  it('are none where nothing is remarkable', () => {
    expect(remarks({})).toBe('');
  });

  it.each([
    ['the emulator', { qdrant: { version: '1.18.3-emulator', genuine: false } }, /not Qdrant/],
    ['SSH in between', { host: { ...benchResult().host, over_ssh: true } }, /through SSH/],
    [
      'a way that is hardly faster than the server',
      { paths: [pathResult({ ceiling: 1400 })] },
      /carries 1400 requests/,
    ],
    [
      'a generator at its limit',
      { paths: [pathResult({ open: [openStep({ generator_percent: 95 })] })] },
      /generator was at its limit/,
    ],
    [
      'requests that were sent late',
      { paths: [pathResult({ open: [openStep({ send_lag_p99: 2.5 })] })] },
      /up to 2.5 ms late/,
    ],
    ['few samples', { paths: [pathResult({ open: [openStep({ samples: 9999 })] })] }, /fewer than 10000/],
    [
      'vectors that are not indexed',
      { ingest: { ...benchResult().ingest!, indexed: 500 } },
      /500 of 1000 vectors/,
    ],
    [
      'a rate limit',
      { paths: [pathResult({ open: [openStep({ errors: { 'HTTP 429': 3 } })] })] },
      /rate limit/,
    ],
  ])('tell of %s', (_, changes, text) => {
    expect(remarks(changes)).toMatch(text);
  });

  it('tell why the host was not seen', () => {
    expect(remarks({}, 'no bash')).toContain('not seen: no bash');
  });
});
