import type { FoundSets } from '../../../backup/sets/look.js';
import { parseDuration } from '../../../config/units.js';
import { historyOf } from '../../../engine/journal.js';
import { type Check, type CheckContext, defineCheck, type Verdict } from '../../check.js';
import { commandWords } from '../../command-words.js';
import { fail, pass, warn, whenKnown } from '../../verdict.js';
import { checksums } from './checksums.js';
import { AGE, isYoung, newestSets, type Sets, setsAt } from './newest-set.js';
import { offHost } from './off-host.js';
import { schedule } from './schedule.js';

const HOUR_MS = 3_600_000;
const DAY_S = 86_400;

const skip = ({ config }: CheckContext): string | undefined =>
  config.backup.enabled ? undefined : 'backup.enabled is false';

const age = defineCheck<FoundSets>({
  ...AGE,
  group: 'backups',
  severity: 'error',
  title: 'There is a fresh backup',
  looksAt: 'the manifests and files of the sets below paths.backups, and when the newest whole one was begun',
  why: 'What was written since the newest set is lost with the server.',
  skip,
  probe: ({ config }) => newestSets(config),
  judge: ([found], context, limit) =>
    whenKnown(found, (value) => judgeAge(setsAt(value, context.now), context, limit)),
  remedy:
    'Run vdb backup; vdb backup schedule takes one every night. Where it was scheduled, vdb history tells what came of the last runs, and vdb backup list what became of the sets.',
  inspect: ({ config }) => `ls -l ${config.paths.backups}/*/manifest.json`,
});

function judgeAge({ newest, flawed }: Sets, context: CheckContext, limit: number): Verdict {
  const { journal, now, config } = context;
  const expected = `a set of the last ${limit} hours`;
  const details = flawed.map(({ id, why }) => `${id}: ${why}`);
  if (newest === undefined) {
    const seen = `no set in ${config.paths.backups}`;
    if (journal.status !== 'known') return whenKnown(journal, () => fail(seen, expected));
    return details.length === 0 && isYoung(journal, limit, now)
      ? warn(`${seen} yet, and none is due yet`, expected)
      : fail(seen, expected, details);
  }
  const hours = (now.getTime() - Date.parse(newest.created)) / HOUR_MS;
  const seen = `${newest.id}, ${hours < 1 ? 'less than an hour' : `${Math.floor(hours)} h`} old`;
  if (hours > limit) return fail(seen, expected, details);
  return flawed.length === 0 ? pass(seen) : warn(`${seen}; newer ones do not count`, expected, details);
}

const drill = defineCheck({
  id: 'backups.drill',
  group: 'backups',
  severity: 'warning',
  title: 'A backup was restored as a test',
  looksAt: 'the last backup drill that succeeded, in the journal of the host, against backup.drill_interval',
  why: 'A backup that was never restored is a hope: it may lack what a restore needs.',
  skip,
  judge: (_, { journal, config, now }) =>
    whenKnown(journal, (text) => judgeDrill(text ?? '', config.backup.drill_interval, now)),
  remedy:
    'Run vdb backup drill: it restores the newest set into a scratch database and a scratch Qdrant, compares, and leaves nothing behind.',
  inspect: ({ config }) => `grep 'backup drill' ${config.paths.state}/journal.ndjson`,
});

function judgeDrill(journal: string, interval: string, now: Date): Verdict {
  const expected = `a drill of the last ${interval}`;
  const last = historyOf(journal).find(
    ({ command, status, at }) =>
      commandWords(command).slice(0, 2).join(' ') === 'backup drill' &&
      status === 'done' &&
      Date.parse(at) <= now.getTime() + 300_000,
  );
  if (last === undefined) return fail('no drill in the journal', expected);
  const age = (now.getTime() - Date.parse(last.at)) / 1000;
  const seen = `a drill ${age < DAY_S ? 'less than a day' : `${Math.floor(age / DAY_S)} days`} ago`;
  return age <= (parseDuration(interval) ?? 0) ? pass(seen) : fail(seen, expected);
}

export const backupsChecks: readonly Check[] = [age, schedule, checksums, offHost, drill];
