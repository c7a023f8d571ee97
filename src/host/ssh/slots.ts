/** Takes a turn, starts something in it, and keeps the turn until what was started is over. */
export type Limited = <T>(start: () => Promise<T>, over: (started: T) => Promise<unknown>) => Promise<T>;

/**
 * Lets at most `count` things be under way at a time, in the order in which they came. sshd allows ten
 * sessions per connection and frees them late; four never hit that limit.
 */
export function slots(count: number): Limited {
  let free = count;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free++;
  };
  return async (start, over) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      const started = await start();
      over(started).then(release, release);
      return started;
    } catch (error) {
      release();
      throw error;
    }
  };
}
