import { join } from 'node:path';
import { gauge } from '../exposition.js';
import { type Script, sh } from '../host/shell.js';
import { TEXTFILE_DIRECTORY } from '../services/monitoring/textfile.js';
import { type DeployRecord, isOpen } from './record.js';

/**
 * What is told of the last deploy of a service: whether it is at its end, when its record was last written, which is with
 * each phase, and at the end whether what was new serves, or was taken back because a person said so. Pure.
 */
export function deployMetrics(record: DeployRecord, at: Date): string {
  const { service, state } = record;
  const open = isOpen(record);
  const of = (name: string, help: string, value: number) => gauge(name, help, [[{ service }, value]]);
  return [
    ...of('vdb_deploy_open', 'Whether the last deploy is not at its end: 1 or 0.', open ? 1 : 0),
    ...of(
      'vdb_deploy_written_timestamp_seconds',
      'When the record of the last deploy was last written, as Unix time.',
      Math.round(at.getTime() / 1000),
    ),
    ...(open
      ? []
      : of(
          'vdb_deploy_status',
          'Whether the last deploy ended as it was meant to: 1 or 0.',
          state === 'done' || state === 'aborted' ? 1 : 0,
        )),
    '',
  ].join('\n');
}

/** A disk that does not answer may hold up what is told of a deploy, and no longer than this the deploy. */
const LIMIT_SECONDS = 5;

/**
 * Tells node exporter of a deploy, where there is one to tell. It always succeeds, and soon: a deploy neither fails for want
 * of a metric nor waits for one.
 */
export function tellDeploy(record: DeployRecord, at: Date): Script {
  const file = join(TEXTFILE_DIRECTORY, `vdb_deploy_${record.service}.prom`);
  const write = sh`
    [ -d ${TEXTFILE_DIRECTORY} ] || exit 0
    t=$(mktemp ${join(TEXTFILE_DIRECTORY, '.vdb.XXXXXXXX')}) || exit
    trap 'rm -f "$t"' EXIT
    printf %s ${deployMetrics(record, at)} >"$t" && chmod 0644 "$t" && mv -fT "$t" ${file}`;
  return sh`timeout -k 1 ${LIMIT_SECONDS} bash -c ${write.source} </dev/null >/dev/null 2>&1 || :`;
}
