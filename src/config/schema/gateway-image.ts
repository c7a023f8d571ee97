import { z } from 'zod';
import { absolutePath, seconds } from './values.js';

/** A registry's address, with a dot, a port or by its name on this host; a name in it; a tag that is passed over; a digest. */
const PINNED =
  /^(?:localhost|(?=[^/]*[.:])[A-Za-z0-9.-]+(?::\d+)?)(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)+(?::[\w.-]+)?@sha256:[0-9a-f]{64}$/;

/** An image as the gateway. `sha256` is the schema of a file's SHA-256. */
export const imageSchema = (sha256: z.ZodString) =>
  z.strictObject({
    from: z.literal('image').describe('An image that podman or docker runs on the host.'),
    image: z
      .string()
      .refine(
        (image) => image.includes('@sha256:'),
        'must end in its digest, @sha256:…: a tag can be moved to another image, so it does not say what would run',
      )
      .refine(
        (image) => !image.includes('@sha256:') || PINNED.test(image),
        'must be REGISTRY/NAME@sha256:DIGEST, such as registry.example.com/team/gateway@sha256: and 64 hex digits',
      )
      .describe(
        'The image with its registry and digest. For an archive the digest may be the id of the image, which is the same in every archive of it.',
      ),
    engine: z
      .enum(['auto', 'podman', 'docker'])
      .default('auto')
      .describe('What runs it; it has to be on the host. auto: podman where it answers, else docker.'),
    archive: z
      .string()
      .min(1)
      .optional()
      .describe(
        'An OCI or docker archive of the image on the machine vdb runs on, relative to the configuration file: it is sent to the host and loaded, and nothing is pulled.',
      ),
    sha256: sha256.optional().describe('SHA-256 of the archive.'),
    auth_file: absolutePath()
      .optional()
      .describe(
        'File on the host with the credentials of registries, as podman login --authfile or docker login writes it. Default: that of the engine for root.',
      ),
    pull_timeout_seconds: seconds().default(600).describe('How long a pull may take.'),
  });
