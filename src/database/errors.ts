import { EXIT, type ExitCode, VdbError } from '../errors.js';
import type { ExecResult } from '../host/transport.js';
import { brokenSchema, newerSchema } from '../resources/database-schema.js';
import { citadelError } from '../services/citadel/answer.js';

/** Only a configuration with a metadata store has a database layer. Throws, exit code 2. */
export function assertEnabled({ enabled }: { enabled: boolean }): void {
  if (enabled) return;
  throw new VdbError('There is no database: postgres.enabled is false', {
    code: 'db.disabled',
    exitCode: EXIT.usage,
    next: 'Set postgres.enabled: true in vdb.yaml, then: vdb provision',
  });
}

/** The layer could not do what it was asked to. */
export function layerFailed(what: string, host: string, result: ExecResult): VdbError {
  const { code, message } = citadelError(result);
  return new VdbError(`${what}: ${message}`, {
    code: `db.${code.replaceAll('_', '-')}`,
    exitCode: EXIT.failed,
    host,
    next: code === 'key_refused' ? 'vdb db keys list' : 'vdb db status',
  });
}

/** What stands between the host and a command that needs the layer at work. */
export function notReady(
  message: string,
  host: string,
  next: string,
  exitCode: ExitCode = EXIT.failed,
): VdbError {
  return new VdbError(message, { code: 'db.not-ready', exitCode, host, next });
}

/** Tables that migrations made are gone. */
export function schemaBroken(host: string, missing: readonly string[]): VdbError {
  const { why, next } = brokenSchema(missing);
  return new VdbError(why, { code: 'db.broken', exitCode: EXIT.failed, host, next });
}

/** The schema is at a revision that this release does not have. */
export function schemaUnknown(host: string, revisions: readonly string[], head: string): VdbError {
  const { why, next } = newerSchema(revisions, head);
  return new VdbError(why, { code: 'db.newer', exitCode: EXIT.failed, host, next });
}
