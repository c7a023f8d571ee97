import { assertEnabled } from '../../database/errors.js';
import { lookAtDatabase } from '../../database/look.js';
import { lookAtOutbox } from '../../database/outbox.js';
import { EXIT } from '../../errors.js';
import { databaseNext, databaseStatusData, databaseStatusText } from '../../ui/database/status.js';
import type { Handler } from '../context.js';
import { withSession } from '../session.js';

/** `vdb db status`: is the schema that of this release? Ends with 3 when it is not. Only looks. */
export const status: Handler = (context) =>
  withSession(
    context,
    async ({ host, config, hostConfig }) => {
      const look = await lookAtDatabase(host, config);
      const outbox = await lookAtOutbox(host, config, look);
      const next = databaseNext(look);
      const exitCode = next === null ? EXIT.ok : EXIT.notReady;
      const { emit, global, terminal } = context;
      emit({
        ...{ type: 'result', status: next === null ? 'current' : 'drift', host: hostConfig.name },
        ...databaseStatusData(look, outbox),
        ...(next === null ? {} : { next }),
        exit_code: exitCode,
      });
      if (global.json) return exitCode;
      terminal.out(databaseStatusText(look, outbox, terminal.color.out));
      if (next !== null) terminal.err(`next: ${next}`);
      return exitCode;
    },
    ({ config }) => assertEnabled(config.postgres),
  );
