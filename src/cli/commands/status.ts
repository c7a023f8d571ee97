import { downOf } from '../../checks/status/down.js';
import { lookAround } from '../../checks/status/overview.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { adminHeader } from '../../services/qdrant/place.js';
import { statusText } from '../../ui/status.js';
import { statusData } from '../../ui/status-data.js';
import type { CommandContext, Handler } from '../context.js';
import { type Connection, withConnection } from '../session.js';

/** `vdb status`: what runs where. Ends with 3 when something does not run, or could not be seen to. */
export const status: Handler = async (context) =>
  withConnection(context, (connection) => showStatus(context, connection));

async function showStatus(context: CommandContext, connection: Connection): Promise<ExitCode> {
  const { host, config, hostConfig, gate } = connection;
  const overview = await lookAround(host, config, adminHeader(config));
  const down = downOf(overview);
  const exitCode = down.length === 0 ? EXIT.ok : EXIT.notReady;
  const { terminal, global, emit } = context;
  if (!global.json) {
    const view = {
      name: hostConfig.name,
      target: host.target,
      color: terminal.color.out,
      columns: terminal.columns,
    };
    terminal.out(gate.redactor.mask(statusText(overview, down, view)));
    return exitCode;
  }
  const data = JSON.parse(gate.redactor.mask(JSON.stringify({ ...statusData(overview), down }))) as object;
  emit({
    type: 'result',
    status: exitCode === EXIT.ok ? 'running' : 'down',
    host: hostConfig.name,
    target: host.target,
    ...data,
    ssh_commands: host.commandCount,
    exit_code: exitCode,
  });
  return exitCode;
}
