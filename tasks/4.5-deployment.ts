import type { Resource } from '../src/engine/resource.js';
import type { SubTask, Task, TaskContext } from '../src/engine/task.js';
import { supportedOs } from '../src/host/preflight.js';
import { absent } from '../src/resources/absent.js';
import { acmeCertificate } from '../src/resources/acme-certificate.js';
import { acmeRetired } from '../src/resources/acme-retired.js';
import { aptPackages } from '../src/resources/apt.js';
import { directory } from '../src/resources/directory.js';
import { ownCertificate } from '../src/resources/edge-certificate.js';
import { edgePlaceholder } from '../src/resources/edge-placeholder.js';
import { edgeRetired } from '../src/resources/edge-retired.js';
import { edgeSlots } from '../src/resources/edge-slots.js';
import { file } from '../src/resources/file.js';
import { service, timer } from '../src/resources/service.js';
import { targetWants } from '../src/resources/target-wants.js';
import { unitFile, unitFileAbsent } from '../src/resources/unit.js';
import {
  ACME_CA,
  acmeCa,
  CA_DROP_IN,
  HOOK,
  HOOKS,
  renderCaDropIn,
  renderHook,
} from '../src/services/haproxy/acme.js';
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
import {
  renderDeployment,
  renderHealthChecks,
  renderOrchestration,
  renderProduction,
} from '../src/services/registry/documents.js';
import { discoveryDirectory, documentFile, registryFile, TARGET } from '../src/services/registry/place.js';
import { renderDiscovery, renderRegistry, undiscovered } from '../src/services/registry/registry.js';
import { type Service, servicesOf } from '../src/services/registry/services.js';
import { dropIns, renderTarget, targetUnits, unitsLeftAlone } from '../src/services/registry/units.js';
import { betweenDeploys } from './settled.js';

const edge: SubTask = {
  id: '4.5.1',
  title: 'Production environment: the edge',
  criterion:
    'HAProxy serves the gateway and, where configured, Qdrant to the allowlist alone, with TLS where it is on',
  resources: (context) => {
    const { config } = context;
    if (!edgeServes(config))
      return [
        edgeRetired({ configuration: EDGE_CONFIGURATION, certificate: EDGE_CERTIFICATE }),
        acmeRetired(),
      ];
    const { mode } = config.networking.tls;
    return [
      aptPackages({
        name: 'edge',
        packages: ['haproxy', 'openssl', ...(mode === 'acme' ? ['certbot'] : [])],
      }),
      ...(mode === 'acme' ? [] : [acmeRetired()]),
      ...certificate(context),
      file({ path: EDGE_CONFIGURATION, content: renderHaproxy(config), validate: 'haproxy' }),
      service({
        unit: 'haproxy.service',
        reloadOn: [
          EDGE_CONFIGURATION,
          // One by ACME is brought into the running HAProxy.
          ...(mode === 'own-ca' || mode === 'files' ? [EDGE_CERTIFICATE] : []),
        ],
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
  if (tls.mode === 'acme')
    return [edgePlaceholder({ file: EDGE_CERTIFICATE, name: tls.domain ?? facts.hostname })];
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

/** Last, as a CA that is out of reach must hold back nothing else: the edge serves meanwhile, with what it has. */
const publicCertificate: SubTask = {
  id: '4.5.7',
  title: 'Production deployment: the certificate',
  criterion: 'With ACME, the edge shows a certificate of the CA that has long to go, and renews it by itself',
  resources: ({ config, facts }) => {
    const { mode, domain = facts.hostname, acme } = config.networking.tls;
    if (mode !== 'acme' || !edgeServes(config)) return [];
    const { ca, email, directory: server, local_port: localPort } = acme;
    return [
      directory({ path: HOOKS }),
      file({ path: HOOK, content: renderHook(), mode: '0700' }),
      ...(ca === undefined
        ? [absent({ path: ACME_CA }), unitFileAbsent({ name: CA_DROP_IN })]
        : [
            file({ path: ACME_CA, content: acmeCa(ca) }),
            unitFile({ name: CA_DROP_IN, content: renderCaDropIn() }),
          ]),
      timer({ unit: 'certbot.timer' }),
      acmeCertificate({
        ...{ domain, server, localPort, file: EDGE_CERTIFICATE },
        ca: ca === undefined ? null : ACME_CA,
        email: email ?? null,
      }),
    ];
  },
};

/** Once what they name is there: units of the distribution by their packages, ports by what listens on them. */
const orchestration: SubTask = {
  id: '4.5.3',
  title: 'Service orchestration',
  after: ['1.2'],
  criterion:
    'vdb.target starts everything in its order, stops and restarts it; what ends unasked is started again',
  resources: (context) => {
    const added = dropIns(context.config, servicesIn(context));
    const nameOf = (unit: string): string => `${unit}.d/20-vdb-target.conf`;
    return [
      unitFile({ name: TARGET, content: renderTarget() }),
      ...added.map(({ unit, content }) => unitFile({ name: nameOf(unit), content })),
      ...unitsLeftAlone(added, supportedOs(context.facts).postgres).map((unit) =>
        unitFileAbsent({ name: nameOf(unit) }),
      ),
      ...starting(context),
      service({ unit: TARGET }),
    ];
  },
};

/** Links, which name the active slots: `systemctl start vdb.target` and the start of the host bring up these. */
function starting(context: TaskContext): Resource[] {
  return [
    targetWants({ target: TARGET, units: targetUnits(servicesIn(context)) }),
    file({
      path: documentFile(context.config, 'orchestration'),
      content: renderOrchestration(servicesIn(context)),
    }),
  ];
}

const healthChecks: SubTask = {
  id: '4.5.4',
  title: 'Health checks',
  criterion:
    'The host says where each service is asked whether it serves; vdb check deployment.health asks there',
  resources: (context) => [
    file({
      path: documentFile(context.config, 'healthChecks'),
      content: renderHealthChecks(context.config, servicesIn(context)),
    }),
  ],
};

const configuration: SubTask = {
  id: '4.5.5',
  title: 'Configuration management',
  criterion: 'The host says what is configured and what is deployed; the gateway compares itself with it',
  resources: (context) => [
    file({
      path: documentFile(context.config, 'production'),
      content: renderProduction(context.config, context.facts),
    }),
    file({
      path: documentFile(context.config, 'deployment'),
      content: renderDeployment(context.config, servicesIn(context)),
    }),
  ],
};

const registry: SubTask = {
  id: '4.5.6',
  title: 'Service registration',
  criterion: 'The registry and the targets of Prometheus name what runs, where, and in which slot',
  resources: (context) => {
    const { config } = context;
    const services = servicesIn(context);
    const directoryOf = discoveryDirectory(config);
    const discoveries = renderDiscovery(services);
    return [
      file({ path: registryFile(config), content: renderRegistry(config, services) }),
      directory({ path: directoryOf }),
      ...discoveries.map(({ name, content }) => file({ path: `${directoryOf}/${name}`, content })),
      ...undiscovered(discoveries).map((name) => absent({ path: `${directoryOf}/${name}` })),
    ];
  },
};

/** What names the active slots, and so follows at each switch of one: nothing is restarted by it. */
export const registration: SubTask = {
  id: '4.5.6',
  title: 'Registration',
  criterion: 'What the host says of its services is true',
  resources: (context) => [
    ...starting(context),
    ...[healthChecks, configuration, registry].flatMap((each) => each.resources(context)),
  ],
};

function servicesIn({ config, standby, facts }: TaskContext): Service[] {
  return servicesOf(config, { standby, postgres: supportedOs(facts).postgres });
}

/** Task 4.5: what clients see. */
export const deployment: Task = betweenDeploys({
  id: '4.5',
  title: 'Deployment and production readiness',
  description:
    'HAProxy as the edge of the gateway and of Qdrant, with TLS, allowlist and limits; vdb.target, and what programs find on the host about its services.',
  dependsOn: ['1.1'],
  subtasks: [edge, orchestration, healthChecks, configuration, registry, publicCertificate],
  runs: ({ config }) => {
    if (!edgeServes(config)) return 'Edge: nothing to serve';
    const scheme = config.networking.tls.mode === 'off' ? 'http' : 'https';
    return `Edge: ${scheme}, ports ${servedPorts(config).join(', ')}`;
  },
});

/**
 * The edge alone: what a deploy takes for given. The rest of the task says what is configured and which slot serves, so that
 * a deploy itself brings it.
 */
export const edgeOnly: Task = { ...deployment, subtasks: deployment.subtasks.slice(0, 1) };
