import type { CheckReport } from '../../checks/report.js';
import { messageOf } from '../../errors.js';
import { putCommand } from '../../host/command.js';
import { GATEWAY_USER } from '../../services/gateway/place.js';
import { jsonReport } from '../../ui/check/json.js';
import type { CommandContext } from '../context.js';
import { takeSessionLock } from '../locked.js';
import type { Connection } from '../session.js';

/** For machines; who reads it does not know how vdb was called. */
const VIEW = { color: false, columns: Number.POSITIVE_INFINITY, verbose: true, flags: [] } as const;

/** Where the gateway finds the newest results of `vdb check readiness`. */
export function recordPath({ paths }: Connection['config']): string {
  return `${paths.state}/readiness.json`;
}

/**
 * Leaves the report on the host, for who asks the gateway whether the server is ready. It changes nothing of the verdict: a
 * host that is locked, or a disk that is full, is said and not more.
 */
export async function record(
  context: CommandContext<unknown>,
  connection: Connection,
  report: CheckReport,
): Promise<void> {
  try {
    const lock = await takeSessionLock(context, connection);
    try {
      const text = `${jsonReport(report, VIEW)}\n`;
      const content = context.redactor.mask(text);
      // Findings are nobody's business but the gateway's, where there is one.
      const owner = connection.config.gateway.enabled ? `root:${GATEWAY_USER}` : 'root:root';
      await connection.host.run(
        putCommand({ path: recordPath(connection.config), content, mode: '0640', owner }),
      );
    } finally {
      await lock.release();
    }
  } catch (error) {
    context.terminal.alert(`The results were not recorded on ${connection.host.target}: ${messageOf(error)}`);
  }
}
