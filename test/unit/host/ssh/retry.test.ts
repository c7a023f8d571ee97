import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { retried } from '../../../../src/host/ssh/retry.js';
import { slots } from '../../../../src/host/ssh/slots.js';

describe('retried', () => {
  it('gives up after three attempts with the last error', async () => {
    let attempts = 0;
    const task = async (): Promise<never> => {
      attempts++;
      throw new Error(`attempt ${attempts}`);
    };
    await expect(retried(task, () => true)).rejects.toThrow('attempt 3');
  });

  it('does not repeat what cannot get better', async () => {
    let attempts = 0;
    const task = async (): Promise<never> => {
      attempts++;
      throw new Error('final');
    };
    await expect(retried(task, () => false)).rejects.toThrow('final');
    expect(attempts).toBe(1);
  });

  it('tells of each pause before it makes it, and makes the later ones longer', async () => {
    const pauses: number[] = [];
    const result = await retried(
      async () => {
        if (pauses.length < 2) throw new Error('not yet');
        return 'done';
      },
      () => true,
      ({ delayMs }) => pauses.push(delayMs),
    );
    expect(result).toBe('done');
    expect(pauses).toHaveLength(2);
    expect(pauses[0]).toBeLessThanOrEqual(750);
    expect(pauses[1]).toBeGreaterThanOrEqual(750);
  });

  describe('after attempts that took long', () => {
    beforeEach(() => {
      vi.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValue(11_000);
    });
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it('stops early', async () => {
      let attempts = 0;
      const task = async (): Promise<never> => {
        attempts++;
        throw new Error('slow');
      };
      await expect(retried(task, () => true)).rejects.toThrow('slow');
      expect(attempts).toBe(1);
    });
  });
});

describe('slots', () => {
  it('lets no more than so many be under way, and starts them in order', async () => {
    const limited = slots(2);
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((n) =>
      limited(
        async () => {
          started.push(n);
        },
        () => new Promise<void>((resolve) => finish.push(resolve)),
      ),
    );
    await vi.waitFor(() => expect(started).toEqual([0, 1]));
    for (const end of finish.splice(0)) end();
    await vi.waitFor(() => expect(started).toEqual([0, 1, 2, 3]));
    await Promise.all(all);
  });

  it('frees the place of what failed, to start or later', async () => {
    const limited = slots(1);
    const failing = limited(
      () => Promise.reject(new Error('no start')),
      async () => {},
    );
    await expect(failing).rejects.toThrow('no start');
    await limited(
      async () => {},
      () => Promise.reject(new Error('ended badly')),
    );
    expect(
      await limited(
        async () => 'next',
        async () => {},
      ),
    ).toBe('next');
  });
});
