import type { Config } from '../../config/schema.js';
import { SLOTS, slotStorage } from '../../config/slots.js';
import { quote } from '../../host/shell.js';
import { template } from '../../templates.js';
import { onCalendar } from './on-calendar.js';
import { backupCommand, currentOf, NODE, SERVER_CONFIG } from './place.js';

/** The job as it runs on the server. */
export interface ServerJob {
  config: Config;
  /** Name of the host in the configuration. */
  host: string;
}

/** The service of the server: as root, and hardened as far as that goes. Pure but for the template. */
export function serverService({ config, host }: ServerJob): string {
  const { backups, storage } = config.paths;
  return template('backup/server.service', {
    host: literal(host),
    mounts: [...new Set([backups, storage])].map(systemdWord).join(' '),
    command: execLine(serverCommand({ config, host })),
    protectHome: !writtenPaths(config).some((path) => /^\/(home|root|run\/user)(\/|$)/.test(path)),
  });
}

/** The service on the operator's machine. */
export function operatorService(host: string, command: readonly string[]): string {
  return template('backup/operator.service', {
    host: literal(host),
    command: execLine(command),
  });
}

/** The timer for either. Throws for a schedule that is no cron expression. */
export function timerUnit(host: string, schedule: string): string {
  return template('backup/backup.timer', {
    host: literal(host),
    schedule: literal(schedule),
    calendars: onCalendar(schedule),
  });
}

/** A file in /etc/cron.d. */
export function cronText(schedule: string, command: readonly string[]): string {
  const words = ['nice', '-n', '10', ...command].map(cronWord).join(' ');
  return template('backup/cron', { schedule, command: words });
}

/** What runs on the server at the time. */
export function serverCommand({ config, host }: ServerJob): string[] {
  const vdb = `${currentOf(config)}/bin/vdb`;
  return backupCommand({ node: NODE, vdb, config: SERVER_CONFIG, host });
}

/** Paths that a backup may write to, by the configuration. */
function writtenPaths(config: Config): string[] {
  const { backups, storage, state } = config.paths;
  const copies = config.backup.repositories.map(({ path }) => path);
  return [backups, storage, state, ...SLOTS.map((slot) => slotStorage(config, slot)), ...copies];
}

/** A command line as `ExecStart=` takes it: there `$` means something even in quotes. */
export function execLine(words: readonly string[]): string {
  return words.map((word) => systemdWord(word.replaceAll('$', '$$$$'))).join(' ');
}

/** One word of a unit's line. */
function systemdWord(word: string): string {
  const text = literal(word);
  return /^[\w@+=:,./%$-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** Text in which `%` is no specifier. */
function literal(text: string): string {
  return text.replaceAll('%', '%%');
}

/** One word of a line of cron, which ends its command at a bare `%`. */
export function cronWord(word: string): string {
  return quote(word).replaceAll('%', '\\%');
}
