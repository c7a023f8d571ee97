import { type Grounds, type Inquiry, inquire, type Wanted } from '../../capacity/inquiry.js';
import { defaultConfig } from '../../capacity/planning.js';
import { newBatch } from '../../checks/batch.js';
import { askCapacity } from '../../checks/capacity.js';
import { firstLook } from '../../checks/look.js';
import type { Config } from '../../config/schema.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { capacityData } from '../../ui/capacity/data.js';
import { capacityText } from '../../ui/capacity/text.js';
import { type CapacityOptions, wantedOf } from '../capacity/options.js';
import { surroundings } from '../check/round.js';
import type { CommandContext, Handler } from '../context.js';
import { loadForRun, withConnection } from '../session.js';

type Context = CommandContext<CapacityOptions>;

/**
 * `vdb capacity`: what memory and disk the collections need, whether there is as much, and how long it lasts. Only looks;
 * with `--ram` and `--disk` at no host at all. Ends with 3 when it does not fit, or could not be seen to.
 */
export const capacity: Handler<CapacityOptions> = async (context) => {
  const wanted = wantedOf(context.options);
  if (wanted.ram !== undefined && wanted.disk !== undefined) return planned(context, wanted);
  return withConnection(context, async (connection) => {
    const { host, hostConfig, config } = connection;
    const where = surroundings(connection, await firstLook(host, config));
    const batch = newBatch();
    const look = askCapacity(batch, where);
    await batch.send(host);
    const { seen, samples } = look();
    const grounds: Grounds = { config: where.config, seen, samples, now: where.now };
    const inquiry = answered(wanted, grounds, host.target);
    return tell(context, inquiry, {
      name: hostConfig.name,
      target: host.target,
      commands: host.commandCount,
    });
  });
};

/** For a server that is to be bought. */
async function planned(context: Context, wanted: Wanted): Promise<ExitCode> {
  const config = await configFor(context);
  if (wanted.wish.size === undefined && Object.keys(config.collections).length === 0) {
    throw new VdbError('There are no collections to plan for', {
      ...{ code: 'usage', exitCode: EXIT.usage },
      meaning: 'No configuration names any, and no --dim was given.',
      next: 'vdb capacity --points 100M --dim 384 --ram 64G --disk 1T',
    });
  }
  return tell(context, answered(wanted, { config, seen: null, samples: [], now: new Date() }), null);
}

/** The configuration that is there; where none is, and none was named, the defaults. */
async function configFor(context: Context): Promise<Config> {
  const { config, lab } = context.global;
  try {
    return (await loadForRun(context)).config;
  } catch (error) {
    const isMissing = error instanceof VdbError && error.details.code === 'config.missing';
    if (isMissing && config === undefined && lab === undefined) return defaultConfig();
    throw error;
  }
}

function answered(wanted: Wanted, grounds: Grounds, host?: string): Inquiry {
  const inquiry = inquire(wanted, grounds);
  if (!('uncounted' in inquiry)) return inquiry;
  throw new VdbError(`The points of the collections could not be counted: ${inquiry.uncounted}`, {
    ...{ code: 'capacity.uncounted', exitCode: EXIT.failed },
    ...(host === undefined ? {} : { host }),
    meaning: 'What they need is not known without their number.',
    next: 'vdb status tells what runs; vdb capacity --points 1M answers for a number of your own.',
  });
}

interface Asked {
  name: string;
  target: string;
  commands: number;
}

function tell(
  { terminal, global, emit, redactor }: Context,
  inquiry: Inquiry,
  asked: Asked | null,
): ExitCode {
  const { verdict } = inquiry.answer;
  const exitCode = verdict === true ? EXIT.ok : EXIT.notReady;
  emit({
    type: 'result',
    status: verdict === null ? 'unknown' : verdict ? 'fits' : 'does-not-fit',
    ...(asked === null ? {} : { host: asked.name, target: asked.target }),
    ...capacityData(inquiry),
    ...(asked === null ? {} : { ssh_commands: asked.commands }),
    exit_code: exitCode,
  });
  if (global.json) return exitCode;
  const heading = asked === null ? 'A server to be' : `${asked.name} (${asked.target})`;
  const view = { heading, color: terminal.color.out, columns: Math.min(terminal.columns, 100) };
  terminal.out(redactor.mask(capacityText(inquiry, view)));
  return exitCode;
}
