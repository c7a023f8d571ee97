import { EXIT } from '../../errors.js';
import { lockStatus } from '../../host/lock.js';
import type { Handler } from '../context.js';
import { withConnection } from '../session.js';

/** `vdb lock status`: who changes the host at the moment. Only looks. */
export const status: Handler = (context) =>
  withConnection(context, async ({ host, hostConfig }) => {
    const holder = await lockStatus(host);
    context.emit({
      type: 'result',
      host: hostConfig.name,
      locked: holder !== null,
      holder,
      exit_code: EXIT.ok,
    });
    if (context.global.json) return EXIT.ok;
    const { name } = hostConfig;
    context.terminal.out(
      holder === null
        ? `${name} (${host.target}) is not locked.`
        : `${name} (${host.target}) is locked by ${holder.who} since ${holder.since}: ${holder.what}`,
    );
    return EXIT.ok;
  });
