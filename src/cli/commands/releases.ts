import { releasesOn } from '../../deploy/installed.js';
import { EXIT } from '../../errors.js';
import { releaseData, releasesText } from '../../ui/deploy/releases.js';
import type { Handler } from '../context.js';
import { taskContext, withSession } from '../session.js';
import { lineWidth } from '../terminal.js';

/** `vdb releases`: what is installed, what serves, what stands by, and where it came from. Only looks. */
export const releases: Handler = (context) =>
  withSession(context, async (session) => {
    const { host, hostConfig } = session;
    const { emit, global, terminal } = context;
    const { releases: found } = await releasesOn(host, taskContext(session));
    emit({
      ...{ type: 'result', status: 'listed', host: hostConfig.name, releases: found.map(releaseData) },
      ...{ ssh_commands: host.commandCount, exit_code: EXIT.ok },
    });
    if (!global.json) terminal.out(releasesText(found, terminal.color.out, lineWidth(terminal)));
    return EXIT.ok;
  });
