import type { GatewayParts } from '../src/deploy/gateway/rollout.js';
import type { Task } from '../src/engine/task.js';
import { qdrant, state } from './1.1-qdrant.js';
import { gateway, retiring, serving, staging } from './1.2-gateway.js';
import { deployment, edgeOnly, registration } from './4.5-deployment.js';
import { withinDeploy } from './settled.js';

/** The parts of the documented tasks of which a deploy of the gateway consists. */
export const deployParts: GatewayParts = {
  stage: staging,
  start: [serving],
  state: [state, registration],
  retired: [retiring],
  edge: [withinDeploy(edgeOnly)],
  whole: [withinDeploy(gateway), withinDeploy(deployment)],
};

/** What a deploy of the gateway takes for given, and does not touch. */
export const givenParts: readonly Task[] = [qdrant, edgeOnly];
