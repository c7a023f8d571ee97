import { askQdrant, type Endpoint, resultOf } from '../../backup/qdrant-requests.js';
import type { Rollout } from '../../deploy/machine.js';
import { collectionsOf } from '../../deploy/qdrant/from-set.js';
import { type DeployRecord, isInPlace, setOf } from '../../deploy/record.js';
import { VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { collectionPath } from '../../resources/qdrant-collection.js';
import { CANARY_PREFIX } from '../../services/qdrant/canary.js';
import { adminHeader } from '../../services/qdrant/place.js';
import { assertAnswerable, confirmTyped } from '../../ui/confirm.js';
import { type Loss, lossesOf, lossText, untoldLossText } from '../../ui/deploy/loss.js';
import type { CommandContext } from '../context.js';
import { promptLine } from '../prompt.js';
import type { Session } from '../session.js';

/**
 * Where the new slot has been written to and the old one not, going back loses that: says how many points, and has it
 * confirmed. Throws `confirm.needed` and `confirm.refused`.
 */
export async function confirmLoss(
  context: CommandContext<unknown>,
  { host, config }: Session,
  record: DeployRecord,
  { hasMovedOn }: Rollout,
): Promise<void> {
  if (record.service !== 'qdrant' || !(await hasMovedOn?.(record))) return;
  const question = questionOf(context, `Going back to ${record.from.slot}`);
  assertAnswerable(question);
  if (isInPlace(record)) return confirmed(context, question, stepBackWarning(record), record.from.slot);
  const at = (slot: 'blue' | 'green'): Endpoint => ({
    port: config.qdrant.slots[slot].http,
    keyFile: adminHeader(config),
  });
  const { from, to } = record;
  const [now, then] = await Promise.all([
    countsAt(host, at(to.slot)).catch(silent),
    countsAt(host, at(from.slot)),
  ]);
  const what = `what was written since slot ${to.slot} serves`;
  const warning = now === null ? untoldLossText(to.slot, what) : lossText(lossesOf(now, then), what);
  await confirmed(context, question, warning, record.from.slot);
}

function stepBackWarning({ from, to, phases }: DeployRecord): string {
  const set = setOf({ phases });
  return [
    `${to.release} was started on the data of ${from.release}, which may not be able to read it any more.`,
    ...(set === undefined ? [] : [`Backup set ${set} is of before: vdb restore ${set}`]),
  ].join('\n');
}

/** A new slot that is dead is what most going back is for. */
function silent(error: unknown): null {
  if (error instanceof VdbError && error.details.code === 'qdrant.silent') return null;
  throw error;
}

/** What a rollback to a backup set loses, in numbers, now. */
export async function lossToSet(
  { host, config }: Session,
  { from, restores = '' }: DeployRecord,
): Promise<readonly Loss[]> {
  const now = await countsAt(host, {
    port: config.qdrant.slots[from.slot].http,
    keyFile: adminHeader(config),
  });
  const { parts } = await collectionsOf(host, config, restores);
  const then = new Map(
    parts.map(({ collection = '', points, points_between: between }) => [
      collection,
      points ?? between?.[0] ?? 0,
    ]),
  );
  return lossesOf(now, then);
}

/** Has a rollback to a backup set confirmed, with what it loses. Throws `confirm.needed` and `confirm.refused`. */
export async function confirmSet(
  context: CommandContext<unknown>,
  session: Session,
  record: DeployRecord,
): Promise<void> {
  const question = questionOf(context, `A rollback to backup set ${record.restores}`);
  assertAnswerable(question);
  const warning = lossText(
    await lossToSet(session, record),
    `what was written since backup set ${record.restores}`,
  );
  await confirmed(context, question, warning, record.restores ?? '');
}

/** With `--yes` nobody is asked, and what is lost is said all the same: the log of the run is where it is looked for. */
async function confirmed(
  { global, terminal }: CommandContext<unknown>,
  question: ReturnType<typeof questionOf>,
  warning: string,
  expected: string,
): Promise<void> {
  if (global.yes && !global.json) terminal.err(warning);
  await confirmTyped({ ...question, warning, expected });
}

function questionOf({ global, terminal }: CommandContext<unknown>, what: string) {
  return { what, yes: global.yes, interactive: terminal.interactive, say: terminal.alert, ask: promptLine };
}

async function countsAt(host: Host, endpoint: Endpoint): Promise<Map<string, number>> {
  const [answer] = await askQdrant(host, endpoint, [{ method: 'GET', path: '/collections' }]);
  const result = answer && resultOf<{ collections: { name: string }[] }>(answer, 'list its collections');
  const names = (result?.collections ?? [])
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(CANARY_PREFIX));
  if (names.length === 0) return new Map();
  const counts = await askQdrant(
    host,
    endpoint,
    names.map((name) => ({
      ...{ method: 'POST' as const, path: `${collectionPath(name)}/points/count` },
      body: { exact: true },
    })),
  );
  return new Map(
    counts.map((each, index) => [
      names[index] ?? '',
      resultOf<{ count: number }>(each, `count collection ${names[index]}`)?.count ?? 0,
    ]),
  );
}
