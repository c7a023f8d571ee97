import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import type { GatewayArtefact } from '../services/gateway/artefact.js';
import { named } from '../text.js';
import { explainGatewayRelease } from './gateway-release-explain.js';
import { type GatewayReleaseState, gatewayReleaseKind } from './gateway-release-probe.js';
import { installGatewayRelease } from './gateway-release-script.js';
import { summarise } from './ownership.js';

export interface GatewayReleaseOptions {
  /** Of this release alone: `/opt/qdrant/releases/gateway-0.1.0-1a2b3c4d5e6f`. */
  directory: string;
  artefact: GatewayArtefact;
  /** The account that it will run as: it can read all of the release and write nothing. */
  user: string;
  /** Lines of a requirements file that say where packages come from. May hold credentials. */
  index: readonly string[];
  /** Whether packages come from the network. */
  online: boolean;
  /** CA certificates on the host for the index. */
  caBundle?: string;
  /** How long pip waits for the index. */
  timeoutSeconds: number;
}

/**
 * A release of the gateway: the application and a virtual environment of its own. The directory appears complete and
 * verified, or not at all, and belongs to root. What is not as it was installed is installed again.
 */
export function gatewayRelease(options: GatewayReleaseOptions): Resource {
  const { directory, artefact } = options;
  return defineResource<GatewayReleaseState>({
    id: `release:${directory}`,
    title: artefact.name,
    probe: ask(gatewayReleaseKind, directory),
    diff: (have) => releaseDiff(options, have),
    apply: () => [installGatewayRelease(options)],
    explain: explainGatewayRelease,
  });
}

function releaseDiff(
  { directory, artefact }: GatewayReleaseOptions,
  have: GatewayReleaseState | null,
): Change | null {
  if (have === null) return { action: 'install', summary: `install it into ${directory}` };
  const fields: FieldChange[] = [];
  const compare = (field: string, found: string | null, want: string): void => {
    if (found !== want) fields.push({ field, have: found ?? 'not recorded', want });
  };
  compare('sha256 of the artefact', have.artefact, artefact.sha256);
  compare('interpreter', have.interpreter, have.builtWith ?? 'the one recorded in manifest.json');
  const altered = have.altered.length === 0 ? '' : `not as installed: ${named(have.altered, 'file')}`;
  if (fields.length === 0 && altered === '') return null;
  const summary = [summarise(fields), altered].filter((part) => part !== '').join('; ');
  return { action: 'install', summary: `${summary}: install it again`, fields };
}
