import { taskOf } from '../src/deploy/bring.js';
import type { GatewayParts } from '../src/deploy/gateway/rollout.js';
import type { InPlaceParts } from '../src/deploy/in-place.js';
import type { QdrantParts } from '../src/deploy/qdrant/rollout.js';
import type { ServiceName } from '../src/deploy/record.js';
import type { Task } from '../src/engine/task.js';
import {
  qdrant,
  installing as qdrantInstalling,
  serving as qdrantServing,
  staging as qdrantStaging,
  state,
} from './1.1-qdrant.js';
import { contraction, gateway, installing, retiring, serving, staging } from './1.2-gateway.js';
import { layer } from './3.1-postgresql.js';
import { deployment, edgeOnly, registration } from './4.5-deployment.js';
import { withinDeploy } from './settled.js';

/** What `vdb db` works with: of the release that is deployed, where that carries migrations of its own. */
const databaseLayer = taskOf(
  '3.1',
  'Database layer',
  layer.map((subtask) => ({
    ...subtask,
    resources: (context) =>
      context.config.gateway.artifact.from === 'reference' && context.config.postgres.enabled
        ? subtask.resources(context)
        : [],
  })),
);

/** The parts of the documented tasks of which a deploy of the gateway consists. */
export const gatewayParts: GatewayParts = {
  stage: staging,
  start: [serving],
  state: [state, registration],
  retired: [retiring],
  contraction: [contraction],
  edge: [withinDeploy(edgeOnly)],
  whole: [databaseLayer, withinDeploy(gateway), withinDeploy(deployment)],
};

/** The parts of which a deploy of Qdrant consists. */
export const qdrantParts: QdrantParts = {
  stage: qdrantStaging,
  start: [qdrantServing],
  state: [state, registration],
  edge: [withinDeploy(edgeOnly)],
  whole: [withinDeploy(qdrant), withinDeploy(deployment)],
};

/** The parts of which a deploy in place consists. */
export const inPlaceParts: Readonly<Record<ServiceName, InPlaceParts>> = {
  gateway: {
    install: [installing],
    stage: staging,
    start: [serving],
    edge: gatewayParts.edge,
    whole: gatewayParts.whole,
  },
  qdrant: {
    install: [qdrantInstalling],
    stage: qdrantStaging,
    start: [qdrantServing],
    edge: qdrantParts.edge,
    whole: qdrantParts.whole,
  },
};

/** What a deploy takes for given, and does not touch. */
export const givenParts: Readonly<Record<ServiceName, readonly Task[]>> = {
  gateway: [qdrant, edgeOnly],
  qdrant: [edgeOnly],
};
