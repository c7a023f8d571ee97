import { EXIT, messageOf, VdbError } from '../../errors.js';
import type { Credentials } from './auth.js';
import type { Hop } from './target.js';

/** A host that could not be reached. */
export class UnreachableError extends VdbError {
  override readonly name = 'UnreachableError';
  /** Whether another attempt may succeed. */
  readonly transient: boolean;

  constructor(hop: Hop, message: string, options: { transient: boolean; next: string; cause: unknown }) {
    super(message, {
      code: 'host.unreachable',
      exitCode: EXIT.unreachable,
      host: hop.label,
      next: options.next,
      cause: options.cause,
    });
    this.transient = options.transient;
  }
}

/** Whether another attempt to connect may succeed: nobody answered, rather than somebody said no. */
export function isTransient(error: unknown): boolean {
  return error instanceof UnreachableError && error.transient;
}

/** How far a connection got before it failed. */
export interface Progress {
  handshake: boolean;
  credentials: Credentials;
}

/** What the failure to connect to `hop` means to a person. */
export function connectFailure(hop: Hop, cause: unknown, progress: Progress): VdbError {
  if (progress.handshake) return authFailed(hop, cause, progress.credentials);
  const code = codeOf(cause);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return unknownName(hop, cause, code === 'EAI_AGAIN');
  if (/no matching/i.test(messageOf(cause))) return noAlgorithm(hop, cause);
  return new UnreachableError(hop, `Cannot reach ${hop.label}: ${reasonOf(cause)}`, {
    transient: true,
    next: `Check that the host is up and that sshd listens there: ${hop.byHand}`,
    cause,
  });
}

function unknownName(hop: Hop, cause: unknown, transient: boolean): VdbError {
  return new UnreachableError(hop, `Cannot reach ${hop.label}: the name ${hop.address} cannot be resolved`, {
    transient,
    next: 'Check the spelling of `address` in the configuration, and DNS on this machine.',
    cause,
  });
}

function noAlgorithm(hop: Hop, cause: unknown): VdbError {
  return new UnreachableError(hop, `Cannot agree on a cipher with ${hop.label}: ${messageOf(cause)}`, {
    transient: false,
    next: 'The sshd of the host is too old or restricted too far; look at its algorithms in sshd_config.',
    cause,
  });
}

function authFailed(hop: Hop, cause: unknown, { tried }: Credentials): VdbError {
  const methods = tried.length === 0 ? 'no key at all: there is no agent and no key file' : tried.join('; ');
  return new VdbError(`${hop.label} does not accept any of the keys offered`, {
    code: 'host.auth-failed',
    exitCode: EXIT.unreachable,
    host: hop.label,
    meaning: `Tried: ${methods}. sshd: ${messageOf(cause)}.`,
    next: `Put a public key into ~/.ssh/authorized_keys of ${hop.user} there, or set identity_file for the host.`,
    cause,
  });
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** A connection attempt to several addresses fails with an empty message and a list. */
function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  if (code === 'ETIMEDOUT' || /timed out/i.test(messageOf(error))) return 'no answer in time';
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ');
  return messageOf(error) || (code ?? 'unknown reason');
}
