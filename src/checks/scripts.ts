import type { Probe } from '../host/probe.js';
import type { Check, CheckContext } from './check.js';

/** What a check runs on a host, as it is sent: one script for each kind of question. */
export interface ProbeScript {
  kind: string;
  source: string;
}

/**
 * The scripts of a check. In a run the questions of other checks travel in the same ones, each kind in one
 * process. Empty for a check that looks in another way. Pure.
 */
export function scriptsOf(check: Check, context: CheckContext): ProbeScript[] {
  const byKind = new Map<Probe['kind'], unknown[]>();
  for (const { kind, arg } of [check.probe?.(context) ?? []].flat()) {
    byKind.set(kind, [...(byKind.get(kind) ?? []), arg]);
  }
  return [...byKind].map(([kind, args]) => ({ kind: kind.name, source: kind.script(args).source }));
}
