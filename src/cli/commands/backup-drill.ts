import { drillSet } from '../../backup/drill/drill.js';
import type { DrillOutcome } from '../../backup/drill/events.js';
import { tellDrillMetrics } from '../../backup/drill/metrics.js';
import { recordDrill } from '../../backup/drill/record.js';
import type { BackupManifest } from '../../backup/manifest.js';
import { findSet, LATEST } from '../../backup/sets/find.js';
import { lookAtSets } from '../../backup/sets/look.js';
import { judgeSets } from '../../backup/sets/state.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { activeSlot } from '../../services/host-state.js';
import { type DrillView, drillView } from '../backup/drill-view.js';
import type { CommandContext, Handler } from '../context.js';
import { underLock } from '../locked.js';
import { type Session, withSession } from '../session.js';

interface DrillOptions {
  skipIfLocked?: boolean;
}

type Context = CommandContext<DrillOptions>;

/** `vdb backup drill [SET]`: restores a set beside production as a test. Ends with 1 where it does not restore. */
export const drill: Handler<DrillOptions> = async (context) => {
  const view = await drillView(context);
  try {
    return await withSession(context, async (session) => {
      const manifest = await chosen(context, session);
      const outcome = await underLock(
        context,
        session,
        (stop) => attempt(session, manifest, view, stop),
        ({ status, parts }) => ({
          status,
          changed: 0,
          failed: parts.filter(({ findings }) => findings.length > 0).map(({ path }) => path),
        }),
      );
      return view.end(outcome, session.hostConfig.name);
    });
  } catch (error) {
    if (context.options.skipIfLocked && error instanceof VdbError && error.exitCode === EXIT.locked) {
      context.emit({ type: 'result', status: 'skipped', why: error.message, exit_code: EXIT.ok });
      return EXIT.ok;
    }
    return view.fail(error);
  }
};

/** A set that is damaged can be drilled: what is wrong with it is found. One without a manifest cannot. */
async function chosen({ args }: Context, { host, config }: Session): Promise<BackupManifest> {
  const { sets } = await lookAtSets(host, config.paths.backups);
  const { id, manifest, why } = findSet(judgeSets(sets, new Date()), args[0] ?? LATEST);
  if (manifest !== null) return manifest;
  throw new VdbError(`Backup set ${id} cannot be restored: ${why}`, {
    code: 'drill.no-manifest',
    exitCode: EXIT.failed,
    host: host.target,
    meaning: 'Without its manifest nobody knows what belongs to it.',
    next: 'vdb backup list',
  });
}

/** Drills, and tells node exporter how it ended, whichever way that is. */
async function attempt(
  session: Session,
  manifest: BackupManifest,
  view: DrillView,
  stop: AbortSignal,
): Promise<DrillOutcome> {
  const { host, config, state } = session;
  const at = new Date();
  const told = (outcome?: DrillOutcome): Promise<void> =>
    tellDrillMetrics(host, at, outcome).catch((error) =>
      view.warn(`The metrics could not be written: ${messageOf(error)}`),
    );
  try {
    const slot = activeSlot(config, state);
    const outcome = await drillSet({ host, config, slot, manifest, stop, onEvent: view.onEvent });
    await recordDrill(host, config.paths.backups, outcome, at).catch((error) =>
      view.warn(`The result was not recorded beside the set: ${messageOf(error)}`),
    );
    if (outcome.status !== 'interrupted') await told(outcome);
    return outcome;
  } catch (error) {
    await told();
    throw error;
  }
}
