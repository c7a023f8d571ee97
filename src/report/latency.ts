import { z } from 'zod';
import { EXIT, messageOf, VdbError } from '../errors.js';

const amount = z.number().min(0);

/**
 * What a report needs to know of a measurement of latency, whoever made it. A file may say more; that is not read.
 * Latencies in milliseconds, rates in requests a second.
 */
const latency = z.object({
  schema: z.literal('vdb.latency/1'),
  /** When it was measured. */
  at: z.iso.datetime(),
  /** What was asked, in a few words: `Qdrant, REST, k=10`. */
  target: z.string().min(1),
  /** One for each load that was offered, in that order. */
  steps: z
    .array(
      z.object({
        offered: amount,
        achieved: amount,
        errors: z.int().min(0),
        p50_ms: amount,
        p95_ms: amount,
        p99_ms: amount,
        max_ms: amount,
      }),
    )
    .min(1),
  /** Share of the true neighbours that were found, from 0 to 1. */
  recall: z.number().min(0).max(1).optional(),
});

export type Latency = z.infer<typeof latency>;

/** Reads the file `name` with the content `text`. Throws `report.latency-unreadable`. Pure. */
export function readLatency(text: string, name: string): Latency {
  try {
    return latency.parse(JSON.parse(text));
  } catch (error) {
    throw new VdbError(`The latencies in ${name} cannot be read: ${whyOf(error)}`, {
      code: 'report.latency-unreadable',
      exitCode: EXIT.usage,
      meaning: 'It takes a JSON file of the schema vdb.latency/1: docs/reports.md describes it.',
      next: 'Leave out --latency for a report without them.',
      cause: error,
    });
  }
}

function whyOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  const [first] = error.issues;
  return `${first?.path.join('.') ?? ''} ${first?.message ?? ''}`.trim();
}
