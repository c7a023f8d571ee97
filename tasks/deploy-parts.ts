import type { GatewayParts } from '../src/deploy/gateway/rollout.js';
import { state } from './1.1-qdrant.js';
import { gateway, retiring, serving, staging } from './1.2-gateway.js';
import { deployment, registration } from './4.5-deployment.js';
import { withinDeploy } from './settled.js';

/** The parts of the documented tasks of which a deploy of the gateway consists. */
export const deployParts: GatewayParts = {
  stage: staging,
  start: [serving],
  state: [state, registration],
  retired: [retiring],
  edge: [withinDeploy(deployment)],
  whole: [withinDeploy(gateway), withinDeploy(deployment)],
};
