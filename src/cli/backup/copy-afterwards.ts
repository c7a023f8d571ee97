import { copySet } from '../../backup/repositories/copy.js';
import { failedCopies } from '../../ui/backup/transfer.js';
import type { CommandContext } from '../context.js';
import type { Session } from '../session.js';
import { originOf } from './origin.js';
import { transferView } from './transfer-view.js';

/**
 * Copies a set that was just made to every repository of the configuration, while the lock is still held. Tells which
 * copies failed, each in a few words; the set on the host stays what it is.
 */
export async function copyAfterwards(
  context: CommandContext<unknown>,
  session: Session,
  { id, stop }: { id: string; stop: AbortSignal },
): Promise<string[]> {
  const { repositories } = session.config.backup;
  if (repositories.length === 0) return [];
  const view = await transferView(context);
  try {
    const onEvent = (name: string, event: Parameters<typeof view.onEvent>[0]): void =>
      view.onEvent(event, name);
    const outcomes = await copySet({ ...originOf(context, session), id, repositories, stop, onEvent });
    return failedCopies(outcomes);
  } finally {
    view.close();
  }
}
