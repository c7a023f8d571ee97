import { type Command, putCommand } from '../../host/command.js';
import { all, sh } from '../../host/shell.js';

/** Where node exporter reads metrics of others. */
export const TEXTFILE_DIRECTORY = '/var/lib/prometheus/node-exporter';

/** Writes a file of metrics in one step. Its directory is made where node exporter is not installed yet. */
export function metricsCommand(path: string, content: string): Command {
  const put = putCommand({ path, content });
  const directory = sh`[ -d ${TEXTFILE_DIRECTORY} ] || install -d -m 0755 ${TEXTFILE_DIRECTORY}`;
  return { ...put, script: all(directory, sh`{ ${put.script}; }`) };
}
