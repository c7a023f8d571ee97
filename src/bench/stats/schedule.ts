/** Requests that are sent at fixed times, shared out over threads in turn. Pure. */
export interface Schedule {
  /** Of the clock that all threads share, in milliseconds. */
  startsAt: number;
  /** Requests a second, of all threads together. */
  rate: number;
  /** Requests in all. */
  count: number;
  threads: number;
  /** Which of the threads this is, from 0. */
  thread: number;
}

/** How many of the requests are this thread's. */
export function ownCount({ count, threads, thread }: Schedule): number {
  return Math.max(0, Math.ceil((count - thread) / threads));
}

/** The number, among those of all threads, of this thread's request `index`. */
export function numberOf({ threads, thread }: Schedule, index: number): number {
  return index * threads + thread;
}

/** When this thread's request `index` is to be sent, whatever became of those before it. */
export function dueAt(schedule: Schedule, index: number): number {
  return schedule.startsAt + (numberOf(schedule, index) * 1000) / schedule.rate;
}

/** When the last request of all threads is over as far as the schedule goes. */
export function endsAt({ startsAt, count, rate }: Schedule): number {
  return startsAt + (count * 1000) / rate;
}

/**
 * How many requests a step of an open loop has: as many as fit into `seconds`, more where that is less than `samples`, but
 * none that would be due after `mostSeconds`.
 */
export function samplesOf(
  rate: number,
  { seconds, samples, mostSeconds }: { seconds: number; samples: number; mostSeconds: number },
): number {
  const wanted = Math.max(rate * seconds, samples);
  return Math.max(1, Math.round(Math.min(wanted, rate * Math.max(seconds, mostSeconds))));
}
