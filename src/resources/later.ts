import { defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

const nothing: ProbeKind<string, null> = {
  name: 'later',
  script: () => sh`:`,
  parse: (_, args) => args.map(() => known<null>(null)),
};

/** A part of a task that another release brings: it is left out for that reason, and never counts as done. */
export function later({ id, title, why }: { id: string; title: string; why: string }): Resource {
  return defineResource<null>({
    id: `later:${id}`,
    title,
    probe: ask(nothing, id),
    diff: () => null,
    apply: () => [],
    leftOut: why,
  });
}
