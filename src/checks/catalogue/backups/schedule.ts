import {
  askConfiguration,
  type ConfigurationState,
  configurationDiff,
} from '../../../backup/schedule/configuration.js';
import { lastRunOf } from '../../../backup/schedule/last-run.js';
import { onCalendar } from '../../../backup/schedule/on-calendar.js';
import {
  CRON_FILE,
  currentOf,
  type Means,
  SERVER_CONFIG,
  SERVICE,
  TIMER,
} from '../../../backup/schedule/place.js';
import { cronText, serverCommand, serverService, timerUnit } from '../../../backup/schedule/render.js';
import { serverConfiguration } from '../../../backup/schedule/server-config.js';
import {
  askState,
  meansOf,
  type ScheduleState,
  SERVICE_FILE,
  TIMER_FILE,
} from '../../../backup/schedule/state.js';
import { type HistoryEntry, historyOf } from '../../../engine/journal.js';
import type { Observation } from '../../../host/probe.js';
import { sha256 } from '../../../resources/file.js';
import { version } from '../../../version.js';
import { type CheckContext, defineCheck, limitOf, type Verdict } from '../../check.js';
import { takesBackup } from '../../command-words.js';
import { fail, pass, whenKnown, whenThere } from '../../verdict.js';
import { AGE } from './newest-set.js';

const HOUR_MS = 3_600_000;

/** Something starts backups, as the configuration has it, and the last of them did not fail. */
export const schedule = defineCheck<ScheduleState | ConfigurationState>({
  id: 'backups.schedule',
  group: 'backups',
  severity: 'warning',
  title: 'Backups are started by a schedule',
  looksAt:
    'the timer or the entry of cron on the server, the vdb and the configuration that it runs with, and how its last run ended; where there is none, the journal, for runs that a schedule on another machine began',
  why: 'A backup that somebody has to think of is one day not taken. Whether there are sets is for backups.age to say: this says that the next one will be late, before it is.',
  skip: ({ config }) => (config.backup.enabled ? undefined : 'backup.enabled is false'),
  probe: ({ config, hostConfig }) => [
    askState({ current: currentOf(config), calendars: onCalendar(config.backup.schedule) }),
    askConfiguration(serverConfiguration(config, hostConfig)),
  ],
  judge: (observations, context) => {
    const [state, files] = observations as [Observation<ScheduleState>, Observation<ConfigurationState>];
    return whenThere(state, 'nothing was looked at', (seen) => {
      const means = meansOf(seen);
      if (means === null) return judgeElsewhere(context);
      return whenKnown(files, (have) =>
        whenKnown(context.journal, (journal) => {
          const findings = [
            ...unitFindings(seen, means, context),
            ...installFindings(seen, have, context),
            ...runFindings(seen, journal ?? '', context),
          ];
          const [first] = findings;
          const expected = `${context.config.backup.schedule}, as this configuration and this vdb have it`;
          if (first === undefined) return pass(`by ${means === 'timer' ? TIMER : CRON_FILE}`);
          return findings.length === 1
            ? fail(first, expected)
            : fail(`${findings.length} findings`, expected, findings);
        }),
      );
    });
  },
  remedy:
    'Run vdb backup schedule install: it schedules backups on the server, or makes what is there as the configuration has it. Of a run that failed, read first what it said. A schedule on a machine of yours is seen there alone: vdb backup schedule --on here.',
  inspect: () => `systemctl list-timers ${TIMER}; journalctl -u ${SERVICE} -n 20`,
});

function unitFindings(
  { timer, files }: ScheduleState,
  means: Means,
  { config, hostConfig }: CheckContext,
): string[] {
  const job = { config, host: hostConfig.name };
  const { schedule: when } = config.backup;
  const differs = (path: string, text: string): string[] =>
    files[path] === sha256(text) ? [] : [`${path} is not as the configuration has it`];
  if (means === 'cron') return differs(CRON_FILE, cronText(when, serverCommand(job)));
  return [
    ...(timer?.active && timer.enabled ? [] : [`${TIMER} is not active, or not at boot`]),
    ...(files[CRON_FILE] === undefined ? [] : [`${CRON_FILE} is there besides the timer`]),
    ...differs(SERVICE_FILE, serverService(job)),
    ...differs(TIMER_FILE, timerUnit(hostConfig.name, when)),
  ];
}

function installFindings(
  { release }: ScheduleState,
  have: ConfigurationState | null,
  { config, hostConfig }: CheckContext,
): string[] {
  const same = configurationDiff(serverConfiguration(config, hostConfig), have) === null;
  const there = release?.split('-')[0];
  return [
    ...(there === version()
      ? []
      : [`it runs vdb ${release ?? 'that is not there'}, and this is ${version()}`]),
    ...(same ? [] : ['its configuration in /etc/vdb is not this one']),
  ];
}

function runFindings(state: ScheduleState, journal: string, { config, hostConfig }: CheckContext): string[] {
  const last = lastRunOf(state, historyOf(journal), serverCommand({ config, host: hostConfig.name }));
  return last?.status === 'failed' ? [`the run of ${last.at} failed (${last.why})`] : [];
}

/** A schedule on another machine cannot be seen from here; its runs can, in the journal. */
function judgeElsewhere(context: CheckContext): Verdict {
  return whenKnown(context.journal, (journal) => {
    const limit = limitOf(AGE, context);
    const since = context.now.getTime() - limit * HOUR_MS;
    const last = historyOf(journal ?? '').find(
      (entry) => isElsewhere(entry) && Date.parse(entry.at) >= since,
    );
    const expected = 'a timer or an entry of cron on the server, or runs of one elsewhere';
    if (last === undefined)
      return fail('nothing on the server starts backups', expected, [
        `a schedule on another machine would show by its runs, and the journal has none of the last ${limit} hours`,
      ]);
    const seen = `not on the server; ${last.who} began one at ${last.at}`;
    return last.status === 'failed' ? fail(`${seen}, which failed`, expected) : pass(seen);
  });
}

/** As schedules on other machines begin them, and people hardly do. */
function isElsewhere({ command }: HistoryEntry): boolean {
  const scheduled = takesBackup(command) && /(^| )--skip-if-locked( |$)/.test(command);
  return scheduled && !command.includes(`--config ${SERVER_CONFIG} `);
}
