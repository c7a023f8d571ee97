import { type Facts, factsProbe } from '../host/facts.js';
import { ask, known, type Observation, type Probe } from '../host/probe.js';
import { readMemoryLimit } from './answers/kernel.js';
import { kernelText } from './probes/kernel.js';

/** What limits a container below its machine's memory: control groups version 2, and 1. A server has neither. */
const LIMITS = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];

/** The questions that {@link memoryOf} reads, in order. */
export function memoryProbes(): [Probe<Facts>, ...Probe<string>[]] {
  return [ask(factsProbe, null), ...LIMITS.map((path) => ask(kernelText, path))];
}

/** The memory in bytes that the host may use: the machine's, or less where a container is limited. Pure. */
export function memoryOf([facts, ...limits]: readonly Observation<unknown>[]): Observation<number> {
  if (facts === undefined) return { status: 'unknown', why: 'the host did not answer' };
  if (facts.status !== 'known') return facts;
  if (facts.value === null) return known<number>(null);
  let memory = (facts.value as Facts).memory;
  for (const text of limits as Observation<string>[]) {
    const limit = readMemoryLimit(text);
    if (limit.status !== 'known') return limit;
    memory = Math.min(memory, limit.value ?? memory);
  }
  return known(memory);
}
