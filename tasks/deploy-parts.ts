import type { GatewayParts } from '../src/deploy/gateway/rollout.js';
import type { QdrantParts } from '../src/deploy/qdrant/rollout.js';
import { qdrant, serving as qdrantServing, staging as qdrantStaging, state } from './1.1-qdrant.js';
import { gateway, retiring, serving, staging } from './1.2-gateway.js';
import { deployment } from './4.5-deployment.js';
import { withinDeploy } from './settled.js';

/** The parts of the documented tasks of which a deploy of the gateway consists. */
export const gatewayParts: GatewayParts = {
  stage: staging,
  start: [serving],
  state: [state],
  retired: [retiring],
  edge: [withinDeploy(deployment)],
  whole: [withinDeploy(gateway), withinDeploy(deployment)],
};

/** The parts of which a deploy of Qdrant consists. */
export const qdrantParts: QdrantParts = {
  stage: qdrantStaging,
  start: [qdrantServing],
  state: [state],
  edge: [withinDeploy(deployment)],
  whole: [withinDeploy(qdrant), withinDeploy(deployment)],
};
