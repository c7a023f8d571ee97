import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type CopyOutcome, copySet } from '../../backup/repositories/copy.js';
import type { Transferred } from '../../backup/repositories/events.js';
import { fetchSet } from '../../backup/repositories/fetch.js';
import { repositorySets } from '../../backup/repositories/list.js';
import { localSets } from '../../backup/repositories/local-set.js';
import {
  chooseRepositories,
  type Origin,
  pullDirectory,
  type Repository,
} from '../../backup/repositories/place.js';
import { linkTo } from '../../backup/repositories/pull/link.js';
import { pullSet } from '../../backup/repositories/pull/set.js';
import { type Source, sourcePlace } from '../../backup/repositories/source.js';
import { SET_ID } from '../../backup/set.js';
import { findSet, LATEST } from '../../backup/sets/find.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { judgeSets } from '../../backup/sets/state.js';
import { EXIT, type ExitCode, VdbError } from '../../errors.js';
import { copiesData, copiesText, transferredResult, transferredText } from '../../ui/backup/transfer.js';
import { originOf } from '../backup/origin.js';
import { type TransferView, transferView } from '../backup/transfer-view.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { type Session, withSession } from '../session.js';

/** `vdb backup pull [set]`: a set comes to this machine. Only looks at the host, so it takes no lock. */
export const pull: Handler<{ to?: string }> = (context) =>
  withSession(context, async (session) => {
    const { host, hostConfig, config } = session;
    const { options, cwd, args } = context;
    const to = pullDirectory(config, hostConfig.name, { to: options.to, cwd });
    return shown(context, async (view) => {
      const link = linkTo({
        host,
        reopen: originOf(context, session).reopen,
        onCut: (cut) => view.onEvent({ type: 'cut', ...cut }),
      });
      try {
        const id = await onHost(session, args[0]);
        return await pullSet({
          link,
          from: config.paths.backups,
          id,
          to,
          onEvent: (each) => view.onEvent(each),
        });
      } finally {
        await link.close();
      }
    });
  });

/** `vdb backup copy [set]`: a set goes to repositories. Exits 1 when one of them did not get it. */
export const copy: Handler<{ to?: string[] }> = (context) =>
  withSession(context, async (session) => {
    const { emit, global, terminal } = context;
    const repositories = chooseRepositories(session.config, context.options.to ?? [], 'vdb backup copy --to');
    const view = await transferView(context);
    try {
      const outcomes = await underLock(
        context,
        session,
        async (stop) => {
          const id = await onHost(session, context.args[0]);
          const origin = originOf(context, session);
          return copySet({
            ...origin,
            id,
            repositories,
            stop,
            onEvent: (name, each) => view.onEvent(each, name),
          });
        },
        outcomeOf,
      );
      view.close();
      const exitCode = copiesExit(outcomes);
      emit({
        type: 'result',
        status: exitCode === EXIT.ok ? 'done' : 'failed',
        copies: copiesData(outcomes),
        exit_code: exitCode,
      });
      const text = copiesText(outcomes, { color: terminal.color.err, verbose: global.verbose });
      if (!global.json) (exitCode === EXIT.ok ? terminal.err : terminal.alert)(text);
      return exitCode;
    } finally {
      view.close();
    }
  });

/** `vdb backup fetch SET --from WHERE`: a set comes back to the host, for a restore there. */
export const fetch: Handler<{ from?: string }> = (context) =>
  withSession(context, async (session) =>
    shown(context, async (view) => {
      const origin = originOf(context, session);
      const from = await sourceOf(context, session);
      return underLock(
        context,
        session,
        async (stop) => {
          const id = await inSource(origin, from, context.args[0] ?? LATEST);
          return fetchSet({ ...origin, id, from, stop, onEvent: (each) => view.onEvent(each) });
        },
        ({ transferred }) => ({ status: 'done', changed: transferred > 0 ? 1 : 0, failed: [] }),
      );
    }),
  );

/** Shows a transfer from its beginning to its end. */
async function shown(
  context: CommandContext<unknown>,
  work: (view: TransferView) => Promise<Transferred>,
): Promise<ExitCode> {
  const { emit, global, terminal } = context;
  const view = await transferView(context);
  const since = performance.now();
  try {
    const transferred = await work(view);
    const ms = performance.now() - since;
    view.close();
    emit({
      ...{ type: 'result', status: 'done', ...transferredResult(transferred) },
      ...{ duration_ms: Math.round(ms), exit_code: EXIT.ok },
    });
    if (!global.json) terminal.err(transferredText(transferred, ms));
    return EXIT.ok;
  } finally {
    view.close();
  }
}

async function onHost({ host, config }: Session, word = LATEST): Promise<string> {
  const { sets } = await lookAtSets(host, config.paths.backups);
  return findSet(judgeSets(sets, new Date()), word).id;
}

async function inSource(origin: Origin, from: Source, word: string): Promise<string> {
  const id = word.toUpperCase();
  if (SET_ID.test(id)) return id;
  if (from.type === 'here')
    return findSet(judgeSets(await localSets(from.path), new Date()), word, sourcePlace(from, '')).id;
  const { sets, unread } = await repositorySets(origin, from);
  if (sets.length === 0 && unread !== null) throw unread;
  return findSet(judgeSets(sets, new Date()), word, sourcePlace(from, origin.hostName)).id;
}

/** `--from`: the name of a repository, else a directory of this machine that holds sets, or the directory of one. */
async function sourceOf(
  { options, cwd, args }: CommandContext<{ from?: string }>,
  { config }: Session,
): Promise<Source> {
  const { from } = options;
  const { repositories } = config.backup;
  const [first] = repositories;
  if (from === undefined) {
    if (first !== undefined && repositories.length === 1) return first;
    throw usage('From where?', first);
  }
  const named = repositories.find(({ name }) => name === from);
  if (named !== undefined) return named;
  const path = resolve(cwd, from);
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() !== true)
    throw usage(`"${from}" is no repository, and no directory of this machine`, first);
  return { type: 'here', path: basename(path) === args[0] ? dirname(path) : path };
}

function usage(message: string, repository: Repository | undefined): VdbError {
  const next = `vdb backup fetch --from ${repository === undefined ? 'DIR' : repository.name}`;
  return new VdbError(message, { code: 'backup.which-source', exitCode: EXIT.usage, next });
}

function outcomeOf(outcomes: readonly CopyOutcome[]) {
  const failed = outcomes.filter(({ status }) => status === 'failed').map(({ repository }) => repository);
  const changed = outcomes.filter(({ status }) => status === 'copied').length;
  const interrupted = copiesExit(outcomes) === EXIT.interrupted;
  const status = interrupted ? 'interrupted' : failed.length === 0 ? 'done' : 'failed';
  return { status, changed, failed } as const;
}

/** A repository that cannot be reached is a copy that failed: the host itself answered. */
function copiesExit(outcomes: readonly CopyOutcome[]): ExitCode {
  const failed = outcomes.filter(({ error }) => error !== undefined);
  if (failed.some(({ error }) => error?.exitCode === EXIT.interrupted)) return EXIT.interrupted;
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
}
