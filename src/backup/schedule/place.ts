import type { Config } from '../../config/schema.js';

/** Where things of a schedule lie on the server. */
export const ETC = '/etc/vdb';
export const SERVER_CONFIG = `${ETC}/vdb.yaml`;
export const SECRETS_NAME = 'vdb.secrets.yaml';
export const SERVER_SECRETS = `${ETC}/${SECRETS_NAME}`;

/** Name of the units and of the file in /etc/cron.d. */
export const JOB = 'vdb-backup';
export const SERVICE = `${JOB}.service`;
export const TIMER = `${JOB}.timer`;
export const CRON_FILE = `/etc/cron.d/${JOB}`;

/** The distribution's, from its package nodejs. */
export const NODE = '/usr/bin/node';

/** What runs the job at its time. */
export type Means = 'timer' | 'cron';

/** The releases of vdb on the server, and what install noted there. */
export function releasesOf({ paths }: Pick<Config, 'paths'>): string {
  return `${paths.root}/vdb`;
}

/** The link to the release that the schedule runs. */
export function currentOf(config: Pick<Config, 'paths'>): string {
  return `${releasesOf(config)}/current`;
}

/** Packages that install brought, so that remove takes back these and no others. */
export function packageRecordOf(config: Pick<Config, 'paths'>): string {
  return `${releasesOf(config)}/packages.json`;
}

/** The command line of a scheduled backup. */
export function backupCommand(job: { node: string; vdb: string; config: string; host: string }): string[] {
  const { node, vdb, config, host } = job;
  return [node, vdb, '--config', config, '--host', host, 'backup', '--skip-if-locked', '--quiet'];
}
