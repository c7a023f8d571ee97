import { type RepositorySets, repositorySets } from '../../backup/repositories/list.js';
import { chooseRepositories } from '../../backup/repositories/place.js';
import { findSet, LATEST } from '../../backup/sets/find.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { judgeSets } from '../../backup/sets/state.js';
import { EXIT } from '../../errors.js';
import { setText } from '../../ui/backup/set.js';
import { type SetsView, setData, setListText } from '../../ui/backup/sets.js';
import { errorData, errorText } from '../../ui/error.js';
import { originOf } from '../backup/origin.js';
import type { CommandContext, Handler, Terminal } from '../context.js';
import { type Session, withSession } from '../session.js';
import { lineWidth } from '../terminal.js';

/** `vdb backup list`: the sets of the host, or the copies in a repository. Only looks. */
export const list: Handler<{ repository?: string }> = (context) =>
  withSession(context, async (session) => {
    const { hostConfig } = session;
    const { place, sets: found, halfRemoved, unread } = await setsIn(context, session);
    const view = viewOf(context.terminal);
    const sets = judgeSets(found, view.now);
    const exitCode = unread === null ? EXIT.ok : EXIT.failed;
    for (const set of sets) context.emit({ type: 'set', ...setData(set, view.now) });
    context.emit({
      type: 'result',
      host: hostConfig.name,
      sets: sets.length,
      half_removed: halfRemoved,
      ...(unread === null ? {} : { error: errorData(unread) }),
      exit_code: exitCode,
    });
    if (context.global.json) return exitCode;
    if (sets.length + halfRemoved.length > 0) context.terminal.out(setListText(sets, halfRemoved, view));
    else if (unread === null)
      context.terminal.err(`There is no backup set of ${hostConfig.name} in ${place}.`);
    if (unread !== null)
      context.terminal.alert(errorText(unread, context.terminal.color.err, context.global.verbose));
    return exitCode;
  });

/** `vdb backup show [SET]`: a set with its parts. Only looks. */
export const show: Handler = (context) =>
  withSession(context, async ({ host, config }) => {
    const { sets } = await lookAtSets(host, config.paths.backups);
    const view = viewOf(context.terminal);
    const set = findSet(judgeSets(sets, view.now), context.args[0] ?? LATEST);
    const { manifest } = set;
    context.emit({ type: 'result', ...setData(set, view.now), manifest, exit_code: EXIT.ok });
    if (!context.global.json) context.terminal.out(setText(set, view));
    return EXIT.ok;
  });

async function setsIn(
  context: CommandContext<{ repository?: string }>,
  session: Session,
): Promise<RepositorySets & { place: string }> {
  const { repository: name } = context.options;
  const { host, config } = session;
  if (name === undefined) {
    const place = config.paths.backups;
    return { place, unread: null, ...(await lookAtSets(host, place)) };
  }
  const [repository] = chooseRepositories(config, [name], 'vdb backup list --repository');
  if (repository === undefined) throw new Error(`no repository ${name}`);
  const found = await repositorySets(originOf(context, session), repository);
  return { place: `repository ${name} (${repository.path})`, ...found };
}

function viewOf(terminal: Terminal): SetsView {
  return { now: new Date(), color: terminal.color.out, width: lineWidth(terminal) };
}
