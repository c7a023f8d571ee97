import { resolve } from 'node:path';
import type { Config } from '../../config/schema.js';
import type { DeployRecord, ServiceName } from '../../deploy/record.js';
import { EXIT, VdbError } from '../../errors.js';
import type { DeployOptions } from './options.js';

/** What a deploy goes by in place of what the configuration says; kept in its record, so that `continue` does too. */
export type Overrides = NonNullable<DeployRecord['overrides']>;

/**
 * What `--version` and `--artifact` say. Throws `usage` where it is not clear which service they are for. `cwd` is where
 * a relative path begins.
 */
export function overridesOf(
  { service, version, artifact }: DeployOptions,
  cwd: string,
): Overrides | undefined {
  if (version === undefined && artifact === undefined) return undefined;
  if (version !== undefined && !/^\d+\.\d+\.\d+$/.test(version))
    throw usage(`--version ${version} is no version`, 'It takes three numbers: --version 1.18.3');
  if (service !== 'qdrant' && service !== 'gateway')
    throw usage('--version and --artifact are of one service', 'Add --service qdrant or --service gateway.');
  if (service === 'gateway' && version !== undefined)
    throw usage('A gateway has no --version', 'Its release follows from the artefact: --artifact PATH');
  return {
    ...(version === undefined ? {} : { version }),
    ...(artifact === undefined ? {} : { artifact: resolve(cwd, artifact) }),
  };
}

/** The configuration with them. Throws `usage` where the artefact is of another kind than the configured one. Pure. */
export function withOverrides(
  config: Config,
  service: ServiceName,
  { version, artifact: path }: Overrides = {},
): Config {
  const { qdrant, gateway } = config;
  if (service === 'gateway') {
    if (path === undefined) return config;
    return { ...config, gateway: { ...gateway, artifact: replaced(gateway.artifact, path) } };
  }
  const artifact = path === undefined ? qdrant.artifact : { from: 'file' as const, path };
  return { ...config, qdrant: { ...qdrant, artifact, version: version ?? qdrant.version } };
}

type GatewayArtifact = Config['gateway']['artifact'];

/** Another file or tree of the same kind: what the application in it is called is in the configuration alone. */
function replaced(artifact: GatewayArtifact, path: string): GatewayArtifact {
  if (artifact.from === 'directory') return { ...artifact, path };
  if (artifact.from === 'tarball' || artifact.from === 'wheel') {
    const { sha256: _, ...rest } = artifact;
    return { ...rest, path };
  }
  throw usage(
    `--artifact has to be of the configured kind, and gateway.artifact.from is ${artifact.from}`,
    'Name the artefact in vdb.yaml (gateway.artifact), where its application is named too.',
  );
}

function usage(message: string, next: string): VdbError {
  return new VdbError(message, { ...{ code: 'usage', exitCode: EXIT.usage }, next });
}
