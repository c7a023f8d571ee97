import { defineResource, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import { type DeployRecord, isOpen } from './record.js';
import { deployRecords } from './store.js';

/**
 * A requirement of a task: no deploy is under way, whose slots provisioning would take for its own. There is nothing to
 * apply. `state` is `paths.state`.
 */
export function settled({ task, state }: { task: string; state: string }): Resource {
  return defineResource<DeployRecord[]>({
    id: `settled:${task}`,
    title: 'no deploy is under way',
    probe: ask(deployRecords, state),
    diff: (have) => {
      const open = have?.find(isOpen);
      if (open === undefined) return null;
      const why = `deploy ${open.id} is not at its end`;
      const next = 'vdb deploy status, then vdb deploy continue or vdb deploy abort';
      return { action: 'run', summary: why, refused: { why, next, blocks: true } };
    },
    apply: () => [],
  });
}
