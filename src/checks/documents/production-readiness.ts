import {
  type CriterionSpec,
  checks,
  command,
  criterion,
  type DocumentSpec,
  type Evidence,
  READINESS as READY,
} from './document.js';

/** An emulator that is ready is not ready for production, whatever the configuration says of it. */
const READINESS = [READY, ...checks('qdrant.genuine')];

const HEALTH = checks(
  ...[
    'qdrant.livez',
    'qdrant.readyz',
    'qdrant.cluster',
    'postgres.accepts',
    'redis.ping',
    'gateway.ready',
    'gateway.edge',
  ],
);

/** A look at the host deploys nothing: what did is in its records. */
const DEPLOYED = { beyond: 'seen in the records of deploys: vdb deploy status, vdb releases' } as const;

const ORCHESTRATION = checks('deployment.orchestration', 'deployment.health');

/** Task 4.5: most of its sub-tasks are seen in what other tasks have made, not in one of its own. */
export const productionReadinessDocument: DocumentSpec = {
  id: '4.5',
  title: 'Deployment and production readiness',
  criteria: [
    criterion('Vector Database Server ready for production deployment', ...READINESS),
    criterion('Automated deployment procedures operational', DEPLOYED),
    criterion('All services properly orchestrated and managed', ...ORCHESTRATION),
    criterion('Comprehensive health checks operational', ...HEALTH),
    criterion('System validated in production environment', ...READINESS),
    subtask('4.5.1', 'Production environment operational', ...checks('drift')),
    subtask('4.5.2', 'Deployment automation functional', DEPLOYED),
    subtask('4.5.3', 'Service orchestration operational', ...ORCHESTRATION),
    subtask('4.5.4', 'Health checks operational for all services', ...HEALTH),
    subtask('4.5.5', 'Configuration management operational', ...checks('drift')),
    subtask('4.5.6', 'Service discovery operational', ...checks('deployment.registry')),
    subtask('4.5.7', 'Production deployment validated', ...READINESS),
    subtask('4.5.8', 'Rollback procedures tested and functional', DEPLOYED),
    subtask('4.5.9', 'Deployment documentation complete', { beyond: 'nothing that a host can show' }),
    subtask('4.5.10', 'Go-live checklist completed', { beyond: 'see vdb check readiness --checklist' }),
    command('deploy.py --production --validate', DEPLOYED),
    command('readiness_check.py --comprehensive', ...READINESS),
    command('a search through the gateway, timed', ...checks('gateway.search')),
    command('wrk with 1000 connections for 300 s', {
      beyond: 'not loaded by a look: vdb bench does, and vdb check performance',
    }),
    command('health of Qdrant', ...checks('qdrant.livez', 'qdrant.readyz')),
    command('cluster of Qdrant', ...checks('qdrant.cluster')),
    command('telemetry of Qdrant', {
      beyond: 'not asked: it says nothing of health, and is switched off',
    }),
    command('health of each external model', ...checks('models.healthy')),
    command('REST and GraphQL health', ...checks('gateway.endpoints')),
    command('infrastructure health and metrics of the gateway', ...checks('gateway.infrastructure')),
  ],
  corrections: [
    'Qdrant has no /health: /livez and /readyz are asked, and /cluster for its consensus.',
    'qdrant:latest is another server every time: a version is pinned, with its hash.',
    'QDRANT_PRODUCTION_MODE and max_concurrent_requests are no settings of Qdrant, which ignores them: they are not set.',
    'The health of models is asked through the gateway: each service is asked itself, so that it shows whether or not the gateway runs.',
    'wrk sends GET to an endpoint that takes POST, and counts errors as throughput: load is measured with real searches.',
    'The readiness checklist is ticked in the document: it is computed from what was seen.',
  ],
};

function subtask(id: string, text: string, ...evidence: readonly Evidence[]): CriterionSpec {
  return { kind: 'subtask', id, text, evidence };
}
