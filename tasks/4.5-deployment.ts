import type { Resource } from '../src/engine/resource.js';
import type { SubTask, Task, TaskContext } from '../src/engine/task.js';
import { aptPackages } from '../src/resources/apt.js';
import { directory } from '../src/resources/directory.js';
import { ownCertificate } from '../src/resources/edge-certificate.js';
import { edgeRetired } from '../src/resources/edge-retired.js';
import { edgeSlots } from '../src/resources/edge-slots.js';
import { file } from '../src/resources/file.js';
import { later } from '../src/resources/later.js';
import { service } from '../src/resources/service.js';
import { edgePem } from '../src/services/haproxy/certificate.js';
import {
  EDGE_CONFIGURATION,
  edgeReady,
  edgeServes,
  edgeServices,
  ownCaDirectory,
  renderHaproxy,
  servedPorts,
} from '../src/services/haproxy/config.js';
import { EDGE_CERTIFICATE } from '../src/services/haproxy/doors.js';
import { betweenDeploys } from './settled.js';

const edge: SubTask = {
  id: '4.5.1',
  title: 'Production environment: the edge',
  criterion:
    'HAProxy serves the gateway and, where configured, Qdrant to the allowlist alone, with TLS where it is on',
  resources: (context) => {
    const { config } = context;
    if (!edgeServes(config))
      return [edgeRetired({ configuration: EDGE_CONFIGURATION, certificate: EDGE_CERTIFICATE })];
    if (config.networking.tls.mode === 'acme')
      return [
        later({ id: '4.5.1', title: 'edge with ACME', why: 'certificates by ACME come with deployments' }),
      ];
    return [
      aptPackages({ name: 'edge', packages: ['haproxy', 'openssl'] }),
      ...certificate(context),
      file({ path: EDGE_CONFIGURATION, content: renderHaproxy(config), validate: 'haproxy' }),
      service({
        unit: 'haproxy.service',
        reloadOn: [EDGE_CONFIGURATION, ...(config.networking.tls.mode === 'off' ? [] : [EDGE_CERTIFICATE])],
        readyCheck: edgeReady(),
      }),
      ...edgeServices(config).map(edgeSlots),
    ];
  },
};

function certificate({ config, facts, address }: TaskContext): Resource[] {
  const { tls } = config.networking;
  if (tls.mode === 'off') return [];
  if (tls.mode === 'files') {
    const { certificate = '', key = '' } = tls;
    const content = edgePem({ certificate, key }, facts.clock * 1000);
    return [
      file({ path: EDGE_CERTIFICATE, content, mode: '0600', secret: true, title: 'certificate of the edge' }),
    ];
  }
  const place = ownCaDirectory(config);
  const names = [tls.domain, address, facts.hostname, 'localhost', '127.0.0.1'];
  return [
    directory({ path: place, mode: '0700' }),
    ownCertificate({
      directory: place,
      file: EDGE_CERTIFICATE,
      names: [...new Set(names.filter((name) => name !== undefined && !name.includes(':')))] as string[],
    }),
  ];
}

/** Task 4.5: what clients see. */
export const deployment: Task = betweenDeploys({
  id: '4.5',
  title: 'Deployment and production readiness',
  description: 'HAProxy as the edge of the gateway and of Qdrant: TLS, allowlist, limits, health checks.',
  dependsOn: ['1.1'],
  subtasks: [edge],
  runs: ({ config }) => {
    if (!edgeServes(config)) return 'Edge: nothing to serve';
    const scheme = config.networking.tls.mode === 'off' ? 'http' : 'https';
    return `Edge: ${scheme}, ports ${servedPorts(config).join(', ')}`;
  },
});
