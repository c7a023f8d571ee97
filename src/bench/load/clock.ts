/** Milliseconds, with fractions, of the kernel's monotonic clock: the same clock in every thread and process of a machine. */
export function clock(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
