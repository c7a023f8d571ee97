import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { parseDuration, parseSize } from '../units.js';
import { isPlaceholder } from './placeholder.js';

/** A TCP port. */
export const port = () => z.int().min(1).max(65535);

/** An absolute path on a host, without `.` or `..` parts and without a slash at the end. */
export const absolutePath = () =>
  z
    .string()
    .refine(isAbsolute, 'must be an absolute path')
    .refine(
      (path) => path === '/' || !/(^|\/)\.{1,2}(\/|$)|\/$/.test(path),
      'must not contain . or .., nor end in /',
    );

/** A network in CIDR notation, IPv4 or IPv6. */
export const cidr = () => z.union([z.cidrv4(), z.cidrv6()], 'must be a network such as 192.168.10.0/24');

/** A duration such as `30d`, `12h`, `10m` or `45s`, of `least` or more. `parseDuration` gives its seconds. */
export const duration = (least = '0s') =>
  z
    .string()
    .refine((text) => parseDuration(text) !== undefined, 'must be a duration such as 30d, 12h, 10m or 45s')
    .refine(
      (text) => (parseDuration(text) ?? Number.POSITIVE_INFINITY) >= (parseDuration(least) ?? 0),
      `must be ${least} or more`,
    );

/** A size such as `32GiB` (`32Gi` is accepted). `parseSize` gives its bytes. */
export const size = () =>
  z.string().refine((text) => parseSize(text) !== undefined, 'must be a size such as 512MiB, 32GiB or 1TiB');

const CONTROL = /\p{Cc}/u;

/**
 * A secret of at least `minimum` characters. Secrets are marked `writeOnly` in the JSON Schema, and by that
 * mark they are masked wherever the configuration is shown. Without control characters: secrets end up in
 * headers and in files of lines.
 */
export const secret = (minimum = 1) =>
  z
    .string()
    .min(minimum, `must have at least ${minimum} characters`)
    .refine(
      (value) => !CONTROL.test(value),
      'must not contain control characters such as a line break, a tab or NUL',
    )
    .refine(
      (value) => !isPlaceholder(value),
      'is a placeholder; generate a secret of your own, for example with openssl rand -base64 32',
    )
    .meta({ writeOnly: true });

/** A name that is safe as a file name, a label and an identifier. */
export const identifier = () =>
  z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/,
      'must start with a letter and hold only letters, digits, _ . and -',
    );

/** A PostgreSQL name that needs no quoting. */
export const sqlName = () =>
  z
    .string()
    .regex(
      /^[a-z_][a-z0-9_]{0,62}$/,
      'must hold only lower-case letters, digits and _, and not start with a digit',
    );

/** An HTTP or HTTPS address. */
export const httpUrl = () => z.url({ protocol: /^https?$/, error: 'must be an http or https address' });

/** The path of a URL, in characters that mean nothing else where it stands in a configuration file. */
export const urlPath = () =>
  z.string().regex(/^\/[!$-&(-[\]-~]*$/, 'must be a path such as /health, without spaces, quotes, \\ and #');

/** Number of seconds, at least one. */
export const seconds = () => z.int().min(1);

/** A whole number of at least one. */
export const count = () => z.int().min(1);

/** An HTTP or HTTPS address that is a secret: whoever knows it may use it. */
export const secretUrl = () =>
  z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).meta({ writeOnly: true });
