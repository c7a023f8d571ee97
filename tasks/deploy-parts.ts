import type { GatewayParts } from '../src/deploy/gateway/rollout.js';
import type { Task } from '../src/engine/task.js';
import { state } from './1.1-qdrant.js';
import { gateway, retiring, serving, staging } from './1.2-gateway.js';
import { deployment } from './4.5-deployment.js';

/** A deploy is under way when its parts are brought. */
function within(task: Task): Task {
  return { ...task, subtasks: task.subtasks.filter(({ id }) => id !== `${task.id}.0`) };
}

/** The parts of the documented tasks of which a deploy of the gateway consists. */
export const deployParts: GatewayParts = {
  stage: staging,
  start: [serving],
  state: [state],
  retired: [retiring],
  edge: [within(deployment)],
  whole: [within(gateway), within(deployment)],
};
