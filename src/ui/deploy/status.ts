import type { Config } from '../../config/schema.js';
import {
  currentPhase,
  type DeployRecord,
  hasRetired,
  hasSwitched,
  isInPlace,
  isOpen,
  numbersOf,
  type PhaseName,
  type ServiceName,
  type Strategy,
  setOf,
  switchOf,
} from '../../deploy/record.js';
import { when } from '../history.js';
import { duration, styleFor } from '../style.js';
import { type Loss, lossText } from './loss.js';
import { phaseText } from './progress.js';

/** What is known of a deploy besides its record. */
export interface Surroundings {
  /** A deploy holds the lock: one that is `running` is at work, and else was cut short. null: that was not looked at. */
  isLocked: boolean | null;
}

/** Where a deploy stands, in a line. Pure. */
export function standing(record: DeployRecord, { isLocked }: Surroundings): string {
  const phase = currentPhase(record)?.name ?? 'its last line';
  if (record.state === 'running') {
    const word = isLocked === null ? 'at work or cut short' : isLocked ? 'at work' : 'cut short';
    return record.withdrawing === undefined ? `${word} in ${phase}` : `${word} while it is taken back`;
  }
  if (record.state === 'paused') return `paused before ${phase}`;
  if (record.state === 'done') return `done: ${record.to.slot} serves`;
  return `${record.state}: ${record.from.slot} serves, ${whatUsersMet(record)}`;
}

function whatUsersMet(record: DeployRecord): string {
  if (isInPlace(record))
    return hasSwitched(record) ? `again from ${record.from.release}` : 'and was not restarted';
  return hasSwitched(record) ? 'users were sent back' : 'users were never sent to the new slot';
}

/** Who users are sent to by what the record says; the running edge has the last word. Pure. */
function serving(record: DeployRecord): string {
  const { from, to } = record;
  if (isInPlace(record)) return `${to.slot}, which is restarted in place`;
  const [phase] = record.phases.filter(({ name }) => name === 'cutover');
  if (phase?.status === 'running' || (record.withdrawing !== undefined && hasSwitched(record)))
    return `${from.slot} or ${to.slot}: the switch was under way`;
  return hasSwitched(record) ? to.slot : from.slot;
}

/** What can be done now. Pure. */
export function nextOf(record: DeployRecord): string | undefined {
  if (!isOpen(record)) return undefined;
  if (record.withdrawing !== undefined) return 'vdb deploy continue, which takes back the rest';
  return hasRetired(record) ? 'vdb deploy continue' : 'vdb deploy continue, or vdb deploy abort';
}

/** A deploy for people. */
export function deployText(record: DeployRecord, around: Surroundings, color: boolean): string {
  const style = styleFor(color);
  const { from, to, failure, strategy, restores } = record;
  const paint = record.state === 'done' ? style.green : isOpen(record) ? style.yellow : style.red;
  const next = nextOf(record);
  return [
    `${style.bold(`${record.kind} ${record.id}`)} of the ${record.service}, ${when(record.started)} by ${record.by}`,
    `  from  ${from.slot.padEnd(5)}  ${from.release}`,
    `  to    ${to.slot.padEnd(5)}  ${to.release}`,
    ...(strategy === undefined
      ? []
      : [`  data   ${strategy}${restores === undefined ? '' : ` ${restores}`}`]),
    `  ${paint(standing(record, around))}`,
    ...(isOpen(record) ? [`  users are served by ${serving(record)}`] : []),
    '',
    ...record.phases.map((phase) => `  ${phaseText(phase.name, phaseLine(phase))}`),
    ...(failure === undefined ? [] : ['', `${style.red('failed')} in ${failure.phase}: ${failure.message}`]),
    ...(next === undefined ? [] : ['', `Next: ${next}`]),
  ].join('\n');
}

function phaseLine({ status, note, started, ended }: DeployRecord['phases'][number]): string {
  if (status === 'pending') return '-';
  const took =
    started === undefined || ended === undefined ? undefined : Date.parse(ended) - Date.parse(started);
  return [
    status,
    ...(took === undefined ? [] : [duration(took)]),
    ...(note === undefined ? [] : [note]),
  ].join('  ');
}

/** A deploy as a Markdown page: what was done, when, by whom, and what was found. */
export function deployMarkdown(record: DeployRecord, host: string): string {
  const { from, to, failure, migrations } = record;
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  return `${[
    `# ${record.kind === 'deploy' ? 'Deploy' : 'Rollback'} ${record.id} of the ${record.service} on ${host}`,
    '',
    `- State: ${standing(record, { isLocked: false })}`,
    `- From: ${from.release} in slot ${from.slot}`,
    `- To: ${to.release} in slot ${to.slot}, SHA-256 ${to.sha256}`,
    ...(record.strategy === undefined ? [] : [`- Data: ${record.strategy}`]),
    ...(setOf(record) === undefined ? [] : [`- Backup set of before: ${setOf(record)}`]),
    `- By: ${record.by}, with vdb ${record.vdb}: \`${record.command}\``,
    `- From ${when(record.started)} to ${record.ended === undefined ? 'now' : when(record.ended)}`,
    ...(migrations === undefined
      ? []
      : [
          `- Migrations: ${[...migrations.expand, ...migrations.contract.map((id) => `${id} (contracts)`)].join(', ')}`,
        ]),
    ...(failure === undefined ? [] : [`- Failed in ${failure.phase}: ${failure.message}`]),
    '',
    '| phase | status | took | found |',
    '| --- | --- | --- | --- |',
    ...record.phases.map(({ name, status, started, ended, note }) => {
      const took =
        started === undefined || ended === undefined ? '' : duration(Date.parse(ended) - Date.parse(started));
      return `| ${name} | ${status} | ${took} | ${cell(note ?? '')} |`;
    }),
    ...requestLines(record),
  ].join('\n')}\n`;
}

/** What clients met, by the edge's own count: at the old slot until the cutover, and at the new one while it was watched. */
function requestLines(record: DeployRecord): string[] {
  const [cutover, bake] = [numbersOf(record, switchOf(record)), numbersOf(record, 'bake')];
  const what = isInPlace(record) ? 'release' : 'slot';
  const row = (title: string, slot: 'old' | 'new', numbers: Record<string, number>): string[] => {
    const { [`${slot}_requests`]: requests, [`${slot}_errors`]: errors, [`${slot}_ms`]: mean } = numbers;
    if (requests === undefined) return [];
    return [`| ${title} | ${requests} | ${errors ?? 0} | ${mean === undefined ? '' : mean.toFixed(1)} |`];
  };
  const rows = [
    ...row(`at the old ${what}, up to the ${switchOf(record)}`, 'old', cutover),
    ...row(`at the new ${what}, in the bake`, 'new', bake),
  ];
  if (rows.length === 0) return [];
  return ['', '| requests | number | failed | mean, ms |', '| --- | --- | --- | --- |', ...rows];
}

/** How the data comes into the new slot, and what that means. */
const DATA: Readonly<Record<Strategy, string>> = {
  replicate: 'replicate: both slots take every write, the way back is open while they do',
  snapshot: 'snapshot: reads go on, writes get 503 until the new slot serves',
  set: 'set: from a backup, without what was written since',
};

/** What clients meet while a service is restarted in place. */
const DOWNTIME: Readonly<Record<ServiceName, string>> = {
  qdrant: 'from the restart until all collections are loaded: requests fail, the record says how long',
  gateway: 'from the restart until it is ready, unless it has replicas: the record says how long',
};

/** What a deploy would do, and what it would lose where that is so. */
export function deployPlanText(
  record: DeployRecord,
  { deployment }: Pick<Config, 'deployment'>,
  color: boolean,
  losses?: readonly Loss[],
): string {
  const style = styleFor(color);
  const { from, to, migrations, strategy, restores } = record;
  return [
    `${style.bold(record.kind)} of the ${record.service}`,
    `  serves now  ${from.slot.padEnd(5)}  ${from.release}`,
    `  will serve  ${to.slot.padEnd(5)}  ${to.release}`,
    `  phases      ${record.phases.map(({ name }) => name).join(', ')}`,
    `  bake        ${deployment.bake_seconds} s`,
    ...(strategy === undefined ? [] : [`  data        ${DATA[strategy]}`]),
    ...(isInPlace(record) ? [`  downtime    ${DOWNTIME[record.service]}`] : []),
    ...migrationLines(migrations, isInPlace(record) ? 'restart' : 'stage'),
    ...(losses === undefined ? [] : ['', lossText(losses, `what was written since backup set ${restores}`)]),
  ].join('\n');
}

function migrationLines(migrations: DeployRecord['migrations'], expanding: PhaseName): string[] {
  if (migrations === undefined) return [];
  const { expand, contract } = migrations;
  return [
    ...(expand.length === 0 ? [] : [`  migrations  ${expand.join(', ')}, in ${expanding}`]),
    ...(contract.length === 0
      ? []
      : [
          `  migrations  ${contract.join(', ')}, in retire: no way back to a release that does not have them`,
        ]),
  ];
}

/** How a deploy ended, or where it waits, and what can be done then. */
export function deployedText(record: DeployRecord, host: string, color: boolean): string {
  const style = styleFor(color);
  const { from, to, state, kind, migrations } = record;
  if (state === 'done') {
    const gone = from.release === to.release ? [] : (migrations?.contract ?? []);
    const before = from.release === to.release ? 'its settings of before' : from.release;
    const undo =
      gone.length > 0
        ? `No way back to ${from.release}: it cannot live with ${gone.join(', ')}.`
        : kind === 'deploy'
          ? `Back to ${before}: vdb rollback`
          : 'The configuration still has the other release or settings: vdb provision would bring them again.';
    return `${style.green('Done')}: ${host}, ${to.release} serves in ${to.slot}\n${undo}`;
  }
  const text = standing(record, { isLocked: false });
  const next = nextOf(record);
  if (next !== undefined) return `${style.yellow('Waits')}: ${host}, ${text}\nNext: ${next}`;
  if (state === 'aborted') return `${style.green('Taken back')}: ${host}, ${text}`;
  return `${style.red('Not deployed')}: ${host}, ${text}`;
}
