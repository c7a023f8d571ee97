import type { ExecResult } from '../host/transport.js';

interface Explanation {
  meaning: string;
  next: string;
}

const CAUSES: readonly (Explanation & { pattern: RegExp })[] = [
  {
    pattern: /what came is not the image that is pinned/,
    meaning:
      'The image that arrived has neither the digest nor the id of the configuration; it was removed again.',
    next: 'If it is the right one, pin what `podman image inspect --format "{{.Digest}} {{.Id}}"` says of it in gateway.artifact.image.',
  },
  {
    pattern: /the archive that arrived has sha256 .* want /,
    meaning: 'The archive is not what the configuration names; nothing of it was loaded.',
    next: 'If it was changed on purpose, correct gateway.artifact.sha256; else do not trust it.',
  },
  {
    pattern: /the archive could not be loaded/,
    meaning: 'The file is no archive of an image that this engine can read.',
    next: 'Make it with podman save or docker save, and run the same command again.',
  },
  {
    pattern: /there is no auth file|the auth file .* can be read by others/,
    meaning: 'The credentials for the registry must lie in a file on the host that only root can read.',
    next: 'On the host: podman login --authfile FILE REGISTRY && chmod 600 FILE',
  },
  {
    pattern: /the pull took longer than/,
    meaning: 'The registry is too slow, or does not answer.',
    next: 'Run the same command again (layers that are complete are kept), or raise gateway.artifact.pull_timeout_seconds.',
  },
  {
    pattern: /unauthorized|authentication required|no basic auth credentials|access.* denied|denied:/i,
    meaning: 'The registry refuses to give the image to these credentials, or to nobody without any.',
    next: 'On the host: podman login --authfile FILE REGISTRY, and name FILE as gateway.artifact.auth_file.',
  },
  {
    pattern: /manifest unknown|name unknown|manifest for .* not found|404 \(?Not Found/i,
    meaning: 'The registry has no image of this name with this digest.',
    next: 'Correct gateway.artifact.image; `skopeo inspect docker://NAME:TAG` says the digest of a tag.',
  },
  {
    pattern: /x509|certificate|server gave HTTP response to HTTPS client/i,
    meaning: 'The registry cannot be trusted: its certificate is not known on the host, or it has none.',
    next: "Put the registry's CA where the engine looks: /etc/containers/certs.d/REGISTRY/ca.crt or /etc/docker/certs.d/REGISTRY/ca.crt.",
  },
  {
    pattern:
      /connection refused|no such host|i\/o timeout|no route to host|network is unreachable|handshake timeout|deadline exceeded|server misbehaving/i,
    meaning: 'The host cannot reach the registry.',
    next: 'Check the way from the host (curl -I https://REGISTRY/v2/), or bring the image as a file: gateway.artifact.archive.',
  },
  {
    pattern: /no space left on device/i,
    meaning: 'The disk that the engine keeps images on is full.',
    next: 'Make room there (podman system df, podman image prune), then run the same command again.',
  },
];

/** Why an image could not be brought to the host. */
export function explainGatewayImage(result: ExecResult): Explanation | null {
  const text = `${result.stderr}\n${result.stdout}`;
  const cause = CAUSES.find(({ pattern }) => pattern.test(text));
  return cause === undefined ? null : { meaning: cause.meaning, next: cause.next };
}
