import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseCounters, sampleOf, samplerScript } from '../../../src/bench/resources.js';

describe('what the host does', () => {
  const before = parseCounters('at 1000 3000 2048 500 4096 100', 10_000)!;

  it('is the difference of two looks', () => {
    const now = parseCounters('at 1150 3050 4096 650 8192 100', 11_000)!;
    expect(sampleOf(before, now)).toEqual({
      ...{ at: 11_000, cpu: 0.75, memory: 4096 * 1024, qdrant_cpu: 1.5, qdrant_memory: 8192 },
    });
  });

  it('is told without Qdrant where its process is not known, or is another one', () => {
    const without = parseCounters('at 1150 3050 4096 - - 100', 11_000)!;
    expect(sampleOf(before, without)).toMatchObject({ cpu: 0.75, qdrant_cpu: null, qdrant_memory: null });
    const restarted = parseCounters('at 1150 3050 4096 3 8192 100', 11_000)!;
    expect(sampleOf(before, restarted).qdrant_cpu).toBeNull();
  });

  it.runIf(process.platform === 'linux')(
    'is seen of the process of the unit, by what the kernel says of it',
    () => {
      const stubs = `systemctl() { echo ${process.pid}; }; sleep() { exit; }`;
      const [line = ''] = execFileSync('bash', ['-c', `${stubs}\n${samplerScript('qdrant@blue')}`], {
        encoding: 'utf8',
      }).split('\n');
      const { own, resident, tick } = parseCounters(line, 0)!;
      const { userCPUTime, systemCPUTime } = process.resourceUsage();
      expect((own ?? 0) / tick).toBeGreaterThan(0.05);
      expect((own ?? 0) / tick).toBeLessThanOrEqual((userCPUTime + systemCPUTime) / 1e6 + 0.1);
      expect((resident ?? 0) / process.memoryUsage().rss).toBeGreaterThan(0.5);
      expect((resident ?? 0) / process.memoryUsage().rss).toBeLessThan(2);
    },
  );

  it('is not read from another line', () => {
    expect(parseCounters('bash: warning', 0)).toBeUndefined();
    expect(parseCounters('at 1 2', 0)).toBeUndefined();
  });
});
