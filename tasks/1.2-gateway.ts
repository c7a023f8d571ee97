import type { Config, SlotName } from '../src/config/schema.js';
import type { Resource } from '../src/engine/resource.js';
import type { SubTask, Task, TaskContext } from '../src/engine/task.js';
import type { Command } from '../src/host/command.js';
import { type Script, sh } from '../src/host/shell.js';
import { absent } from '../src/resources/absent.js';
import { aptPackages } from '../src/resources/apt.js';
import { type DatabaseSchema, databaseSchema } from '../src/resources/database-schema.js';
import { directory } from '../src/resources/directory.js';
import { explainEdgeSlots } from '../src/resources/edge-slots-explain.js';
import { file } from '../src/resources/file.js';
import { containerEngine, gatewayImageRelease } from '../src/resources/gateway-image.js';
import { SETTINGS } from '../src/resources/gateway-image-probe.js';
import { gatewayKey } from '../src/resources/gateway-key.js';
import { gatewayReady } from '../src/resources/gateway-ready.js';
import { gatewayRelease } from '../src/resources/gateway-release.js';
import { INSTALLED } from '../src/resources/gateway-release-probe.js';
import { gatewayRetired } from '../src/resources/gateway-retired.js';
import { service } from '../src/resources/service.js';
import { symlink } from '../src/resources/symlink.js';
import { unitFile } from '../src/resources/unit.js';
import { systemUser } from '../src/resources/user.js';
import { type CitadelInRelease, releaseScript } from '../src/services/citadel/command.js';
import { layerRevisions } from '../src/services/citadel/layer.js';
import { citadelOf } from '../src/services/citadel/place.js';
import { halvesOf } from '../src/services/citadel/revisions.js';
import { type GatewayArtefact, gatewayArtefact } from '../src/services/gateway/artefact.js';
import { renderGatewayEnvironment } from '../src/services/gateway/environment.js';
import { gatewayImage } from '../src/services/gateway/image.js';
import {
  type GatewayInstance,
  gatewayInstances,
  instanceUrl,
  workersOf,
} from '../src/services/gateway/instances.js';
import { GATEWAY_USER, gatewayHeader } from '../src/services/gateway/place.js';
import { renderGatewayUnit } from '../src/services/gateway/unit.js';
import { edgeServes, edgeServices } from '../src/services/haproxy/config.js';
import { untilHealthy } from '../src/services/haproxy/healthy.js';
import { betweenDeploys } from './settled.js';

const UNIT = 'api-gateway@.service';

function releaseDirectory({ paths }: Config, { name }: GatewayArtefact): string {
  return `${paths.root}/releases/${name}`;
}

/** The release alone: no instance runs from it yet. */
export const installing: SubTask = whereEnabled({
  id: '1.2.1',
  title: 'Release',
  criterion:
    'The application and its hashed packages lie verified in a directory of their own, unchanged since',
  resources: ({ config }) => {
    const artefact = gatewayArtefact(config);
    return installed(config, artefact, releaseDirectory(config, artefact));
  },
});

const release: SubTask = {
  ...installing,
  resources: (context) => {
    const { config } = context;
    const target = releaseDirectory(config, gatewayArtefact(config));
    return [
      ...installing.resources(context),
      directory({ path: `${config.paths.root}/gateway` }),
      ...gatewayInstances(config).map(({ home }) => symlink({ path: home, target })),
    ];
  },
};

function installed(config: Config, artefact: GatewayArtefact, directory: string): Resource[] {
  const { artifact } = config.gateway;
  const user = GATEWAY_USER;
  if (artifact.from === 'image') {
    const options = { directory, image: gatewayImage(artifact), user };
    return [containerEngine(options), systemUser({ name: user }), gatewayImageRelease(options)];
  }
  return [
    aptPackages({ name: 'gateway', packages: ['python3', 'python3-venv'] }),
    systemUser({ name: user }),
    gatewayRelease({ directory, artefact, user, ...packageSource(config) }),
  ];
}

/** The same index as task 0.4 has. */
function packageSource({ python }: Config) {
  const { wheel_dir, index_url, extra_index_urls, ca_bundle, timeout_seconds } = python;
  const index = [
    ...(index_url === undefined ? [] : [`--index-url ${index_url}`]),
    ...extra_index_urls.map((url) => `--extra-index-url ${url}`),
  ];
  return {
    index: wheel_dir === undefined ? index : ['--no-index', `--find-links ${wheel_dir}`],
    online: wheel_dir === undefined,
    timeoutSeconds: timeout_seconds,
    ...(ca_bundle === undefined ? {} : { caBundle: ca_bundle }),
  };
}

const configuration: SubTask = {
  id: '1.2.2',
  title: 'Configuration',
  criterion:
    'Every instance has its settings; the secrets in them are readable by root and the gateway alone',
  resources: (context) => [
    ...gatewayInstances(context.config).map((instance) => environmentFile(context, instance)),
    ...keyHeader(context.config),
  ],
};

function environmentFile({ config, facts }: TaskContext, instance: GatewayInstance): Resource {
  const { name, app } = gatewayArtefact(config);
  return file({
    path: instance.environment,
    content: renderGatewayEnvironment(config, instance, { cpus: facts.cpus, release: name, app }),
    mode: '0640',
    owner: `root:${GATEWAY_USER}`,
    secret: true,
    ...(config.gateway.artifact.from === 'reference' ? { validate: readable(instance) } : {}),
  });
}

/** The release itself reads the settings before they take the place of those that it runs with; one of their own cannot be asked. */
function readable({ home }: GatewayInstance): Script {
  return sh`
    cd -- ${home}
    set -a
    . "$1"
    PYTHONDONTWRITEBYTECODE=1
    set +a
    if ! said=$(venv/bin/python -m gateway settings 2>&1 >/dev/null); then
    sed -n '/validation error/,$p' <<<"$said" | grep . || tail -n 5 <<<"$said"
    exit 1
    fi`;
}

function keyHeader(config: Config): Resource[] {
  const { api_key } = config.gateway;
  if (api_key === '') return [];
  return [
    file({ path: gatewayHeader(config), content: `x-api-key: ${api_key}\n`, mode: '0600', secret: true }),
  ];
}

const metadata: SubTask = {
  id: '1.2.3',
  title: 'Metadata store',
  criterion:
    'The schema is that of the release; the configured key is in force, of which only the hash is kept',
  resources: ({ config }) => {
    const [first] = gatewayInstances(config);
    if (config.gateway.artifact.from !== 'reference' || first === undefined) return [];
    return [schema(config, first), ...key(config, first)];
  },
};

/** What of {@link metadata} the release before can live with. */
const expansion: SubTask = {
  ...metadata,
  title: 'Metadata store, expanded',
  criterion: 'The schema has what the release needs, and still what the release before needs',
  resources: ({ config }) => {
    const [first] = gatewayInstances(config);
    if (config.gateway.artifact.from !== 'reference' || first === undefined) return [];
    return [schema(config, first, (place) => halvesOf(place).expand), ...key(config, first)];
  },
};

/** The same question as in task 3.1, and so asked once; the release itself migrates, by what it carries. */
function schema(config: Config, instance: GatewayInstance, part?: DatabaseSchema['part']): Resource {
  const { database } = config.postgres;
  return {
    ...databaseSchema({
      ...{ database, citadel: citadelOf(config), revisions: layerRevisions(), required: true },
      run: (args) => releaseScript(inRelease(instance), args),
      ...(part === undefined ? {} : { part }),
    }),
    id: `gateway-schema:${database}`,
    title: `schema of ${database} for the gateway`,
  };
}

function inRelease({ home, environment }: GatewayInstance): CitadelInRelease {
  return { home, user: GATEWAY_USER, environment };
}

function key(config: Config, instance: GatewayInstance): Resource[] {
  const { gateway, postgres } = config;
  if (gateway.api_key === '') return [];
  return [
    gatewayKey({
      name: 'vdb',
      key: gateway.api_key,
      scopes: ['admin'],
      header: gatewayHeader(config),
      database: postgres.database,
      release: inRelease(instance),
    }),
  ];
}

/** Instances say that they are ready when Qdrant answers them, which is at a port of the edge's. */
const running: SubTask = {
  id: '1.2.4',
  title: 'Service',
  after: ['4.5.1'],
  criterion: 'Every instance runs hardened under systemd with what is configured, and says that it is ready',
  resources: (context) => [...retiring.resources(context), ...serving.resources(context)],
};

/** Before others start, as they may want the ports of those that go. */
export const retiring: SubTask = {
  id: '1.2.4',
  title: 'Instances that are not wanted',
  criterion: 'No instance runs, and none has settings, but those that are wanted',
  resources: ({ config, standby }) => retired(config, standby),
};

export const serving: SubTask = whereEnabled({
  id: '1.2.4',
  title: 'Instances that serve',
  criterion: 'Every instance of the active slot is ready',
  resources: ({ config, facts }) => [
    unitFile({ name: UNIT, content: renderGatewayUnit(config, facts) }),
    ...gatewayInstances(config).map((instance) => instanceService(config, instance)),
  ],
});

function retired(config: Config, standby: SlotName | null): Resource[] {
  const { enabled, graceful_timeout_seconds: stopSeconds } = config.gateway;
  const wanted = enabled ? gatewayInstances(config) : [];
  const keep = wanted.map(({ name }) => name);
  return [
    gatewayRetired({ root: config.paths.root, keep, standby: enabled ? standby : null, stopSeconds }),
    ...(enabled ? [] : [absent({ path: gatewayHeader(config) })]),
  ];
}

/** A release that is installed again under its name changes what runs as well as another one does. */
function instanceService(config: Config, instance: GatewayInstance): Resource {
  const image = config.gateway.artifact.from === 'image';
  const installed = (image ? ['manifest.json', SETTINGS] : [INSTALLED]).map(
    (name) => `${instance.home}/${name}`,
  );
  const resource = service({
    unit: instance.unit,
    restartOn: [instance.environment, ...installed, `/etc/systemd/system/${UNIT}`],
    readyCheck: gatewayReady(instanceUrl(config, instance), config.gateway.health),
    startTimeoutSeconds: 120,
  });
  const target = `release:${releaseDirectory(config, gatewayArtefact(config))}`;
  return {
    ...resource,
    apply: (change, have) => [...resource.apply(change, have), ...atTheEdge(config, instance)],
    explain: (result) => explainEdgeSlots(result) ?? resource.explain?.(result) ?? null,
    predict: (changing) =>
      resource.predict?.(changing) ??
      (changing.has(target) ? { action: 'restart', summary: `restart: ${installed[0]} changes` } : null),
  };
}

/** One instance after the other: the edge has the next ones, or those before, to give requests to. */
function atTheEdge(config: Config, { name: server }: GatewayInstance): Command[] {
  const found = edgeServices(config).find(({ name }) => name === 'gateway');
  if (found === undefined || !edgeServes(config)) return [];
  const { backends, limitSeconds } = found;
  // Whether one of their own speaks gRPC is not known.
  const asked = config.gateway.artifact.from === 'reference' ? backends : ['gateway'];
  return [untilHealthy({ backends: asked, server, limitSeconds })];
}

function whereEnabled(subtask: SubTask): SubTask {
  return {
    ...subtask,
    resources: (context) => (context.config.gateway.enabled ? subtask.resources(context) : []),
  };
}

/** What an instance needs before it can start, and what serves meanwhile can live with. */
export const staging: readonly SubTask[] = [release, configuration, expansion].map(whereEnabled);

/** The schema as the release wants it in the end. */
export const contraction: SubTask = whereEnabled(metadata);

/** Task 1.2: the API gateway in front of Qdrant and the metadata store. */
export const gateway: Task = betweenDeploys({
  id: '1.2',
  title: 'API gateway',
  description:
    'The FastAPI gateway, or one of your own, as a verified release under an account of its own, hardened under systemd.',
  dependsOn: ['1.4', '3.1', '3.2'],
  subtasks: [...[release, configuration, metadata].map(whereEnabled), running],
  runs: ({ config, facts }) => {
    const { gateway: settings } = config;
    if (!settings.enabled) return 'Gateway: not configured';
    const ports = gatewayInstances(config).map(({ port }) => port);
    return `Gateway: ${settings.bind}:${ports.join(', ')}, ${workersOf(config, facts.cpus)} workers each`;
  },
});
