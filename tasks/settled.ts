import { settled } from '../src/deploy/settled.js';
import type { SubTask } from '../src/engine/task.js';

/** The first part of every task that the slots concern. */
export function settledFor(task: string): SubTask {
  return {
    id: `${task}.0`,
    title: 'Slots',
    criterion: 'No deploy is under way that would be disturbed',
    resources: ({ config: { qdrant, gateway, paths } }) => [
      settled({ task, state: paths.state, qdrant: qdrant.active_slot, gateway: gateway.active_slot }),
    ],
  };
}
