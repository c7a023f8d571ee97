import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { ask, type Probe } from '../host/probe.js';
import { type GatewayImage, referenceOf } from '../services/gateway/image.js';
import { explainGatewayImage } from './gateway-image-explain.js';
import { ENGINE, type GatewayImageState, gatewayImageKind, SETTINGS } from './gateway-image-probe.js';
import { installGatewayImage, manifestOf, settingsOf } from './gateway-image-script.js';

export interface GatewayImageOptions {
  /** Of this release alone: `/opt/qdrant/releases/gateway-image-1a2b3c4d5e6f`. */
  directory: string;
  image: GatewayImage;
  /** The account that it will run as. */
  user: string;
}

/** An engine that answers. It is the host's: vdb installs none, and changes nothing for the gateway without one. */
export function containerEngine(options: GatewayImageOptions): Resource {
  return defineResource<GatewayImageState>({
    id: 'container-engine',
    title: `${options.image.engines.join(' or ')}`,
    probe: probeOf(options),
    diff: (have) => {
      if (have === null || have.engine !== null) return null;
      const why = `The gateway is an image, and the host has no engine that runs it: ${have.why}`;
      const next =
        'Install one on the host (apt-get install podman), or see why it does not answer; gateway.artifact.engine says which is taken.';
      return { action: 'run', summary: have.why, refused: { why, next, blocks: true } };
    },
    apply: () => [],
  });
}

/**
 * An image that the engine has, and a release that names it by what cannot change: the digest of the configuration,
 * and the id by which it is started. The directory appears when the image is there and verified, or not at all.
 */
export function gatewayImageRelease(options: GatewayImageOptions): Resource {
  return defineResource<GatewayImageState>({
    id: `release:${options.directory}`,
    title: options.image.name,
    probe: probeOf(options),
    diff: (have) => releaseDiff(options, have),
    apply: (_change, have) => [installGatewayImage(options, have?.id != null)],
    explain: explainGatewayImage,
  });
}

function probeOf({ image, directory, user }: GatewayImageOptions): Probe<GatewayImageState> {
  return ask(gatewayImageKind, { engines: image.engines, digest: image.digest, directory, user });
}

function releaseDiff({ image }: GatewayImageOptions, have: GatewayImageState | null): Change | null {
  const engine = have?.engine?.name ?? image.engines[0] ?? '';
  const reference = referenceOf(image);
  if (have?.id == null) {
    const { source } = image;
    const how = source.from === 'archive' ? `load ${reference} from ${source.path}` : `pull ${reference}`;
    return { action: 'install', summary: `${how} with ${engine}` };
  }
  if (have.manifest === '') return { action: 'install', summary: `use ${reference}, which ${engine} has` };
  const want = { id: have.id, engine, runAs: have.runAs ?? '' };
  const fields: FieldChange[] = [];
  const compare = (file: string, found: string, wanted: string): void => {
    if (found !== wanted)
      fields.push({ field: file, have: found.trim() || 'not there', want: wanted.trim() });
  };
  compare('manifest.json', have.manifest, manifestOf(image, want));
  compare(SETTINGS, have.settings, settingsOf(want));
  compare(ENGINE, have.link, have.engine?.path ?? '');
  if (fields.length === 0) return null;
  const names = fields.map(({ field }) => field).join(', ');
  return { action: 'install', summary: `not as installed: ${names}: write it again`, fields };
}
