import type { Config } from '../../config/schema.js';

type ImageArtifact = Extract<Config['gateway']['artifact'], { from: 'image' }>;

/** Programs that run containers, in the order in which they are taken. */
export const ENGINES = ['podman', 'docker'] as const;

/** An image as the gateway. */
export interface GatewayImage {
  /** Name of its release: `gateway-image-1a2b3c4d5e6f`. */
  name: string;
  /** Registry and name: `registry.example.com/team/gateway`. */
  repository: string;
  /** 64 hex digits: of its manifest, or of its configuration, which is its id. Either fixes every byte of it. */
  digest: string;
  /** The engines that may run it, the preferred one first. */
  engines: readonly string[];
  /** Where it comes from: a file on this machine, or its registry. */
  source:
    | { from: 'archive'; path: string; sha256?: string | undefined }
    | { from: 'registry'; authFile?: string | undefined; timeoutSeconds: number };
}

/** The image that the configuration names. */
export function gatewayImage(artifact: ImageArtifact): GatewayImage {
  const { engine, archive, sha256, auth_file, pull_timeout_seconds } = artifact;
  return {
    ...pinnedImage(artifact),
    engines: engine === 'auto' ? ENGINES : [engine],
    source:
      archive === undefined
        ? { from: 'registry', authFile: auth_file, timeoutSeconds: pull_timeout_seconds }
        : { from: 'archive', path: archive, sha256 },
  };
}

/** Parts of `REGISTRY/NAME[:TAG]@sha256:DIGEST`. The tag says nothing beside the digest, and not every engine takes both. */
export function pinnedImage({ image }: ImageArtifact): Pick<GatewayImage, 'name' | 'repository' | 'digest'> {
  const [tagged = '', digest = ''] = image.split('@sha256:');
  return {
    name: `gateway-image-${digest.slice(0, 12)}`,
    repository: tagged.replace(/:[\w.-]+$/, ''),
    digest,
  };
}

/** `registry.example.com/team/gateway@sha256:…`, as an engine is asked for it. */
export function referenceOf({ repository, digest }: GatewayImage): string {
  return `${repository}@sha256:${digest}`;
}
