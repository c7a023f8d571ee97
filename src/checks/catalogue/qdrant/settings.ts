import { ask, type Observation } from '../../../host/probe.js';
import { defineCheck, type Verdict } from '../../check.js';
import { slotUnit } from '../../place.js';
import { type CorsAnswer, corsAnswer } from '../../probes/cors.js';
import { type SeenSetting, type SlotSettings, slotSettings } from '../../probes/slot-settings.js';
import { expect, fail, pass, unknown, warn, whenThere, worst } from '../../verdict.js';
import { SILENT } from './ask.js';

export const settings = defineCheck<CorsAnswer | SlotSettings>({
  id: 'qdrant.settings',
  group: 'qdrant',
  severity: 'error',
  title: 'Qdrant runs with safe settings, and nothing overrides them',
  looksAt:
    'its answer to a web page of another site; of what its process was given, the settings for snapshots from URLs, telemetry and a port of metrics, and the names of variables that override the configuration file',
  why: 'With CORS any web page may use a key it got hold of; recovery from URLs makes Qdrant fetch addresses inside the network for whoever may write; a port of metrics asks for no key.',
  probe: ({ config, slot }) => [
    ask(corsAnswer, config.qdrant.slots[slot].http),
    ask(slotSettings, slotUnit(slot)),
  ],
  judge: ([cors, given], { config }) =>
    worst(
      [
        whenThere(cors as Observation<CorsAnswer> | undefined, SILENT, (answer) =>
          repairable(judgeCors(answer), given as Observation<SlotSettings> | undefined),
        ),
        whenThere(given as Observation<SlotSettings> | undefined, 'Qdrant does not run', (seen) =>
          judgeSettings(seen, config.qdrant.telemetry),
        ),
      ],
      'CORS, recovery from URLs and telemetry as configured',
    ),
  remedy:
    'Take the setting out of the environment of the unit, or provision its configuration file, and restart the slot.',
  inspect: ({ slot }) => `systemctl cat ${slotUnit(slot)}`,
});

const FILE_TASK = '1.1';

function judgeCors({ allowed }: CorsAnswer): Verdict {
  return expect(allowed === null, `CORS ${allowed === null ? 'off' : `on: allows ${allowed}`}`, 'CORS off');
}

/** The task writes the file again; a variable that overrides it is not vdb's to remove. */
function repairable(verdict: Verdict, given: Observation<SlotSettings> | undefined): Verdict {
  const fromFile =
    given?.status === 'known' && given.value?.inEnvironment['service.enable_cors'] === undefined;
  return verdict.status === 'fail' && fromFile ? { ...verdict, fix: FILE_TASK } : verdict;
}

function judgeSettings(seen: SlotSettings, telemetry: boolean): Verdict {
  if (seen.file === null) return fail('it runs without a configuration file', '--config-path');
  if (seen.file.written === null) return fail(`${seen.file.path} does not exist`, 'its configuration file');
  const verdicts = [
    judgeSwitch(seen, 'service.enable_snapshot_url_recovery', 'false'),
    seen.disableTelemetry
      ? expect(!telemetry, '--disable-telemetry', 'telemetry on')
      : judgeSwitch(seen, 'telemetry_disabled', String(!telemetry) as 'true' | 'false'),
    judgeMetricsPort(effective(seen, 'service.metrics_port')),
    judgeOverrides(seen),
    judgeAge(seen, seen.file.path, seen.file.written),
  ];
  return flat(verdicts);
}

/** The worst of them, with every finding of that kind in one line. */
function flat(verdicts: readonly Verdict[]): Verdict {
  const { details, ...verdict } = worst(verdicts, 'as configured');
  return details === undefined ? verdict : { ...verdict, seen: details.join('; ') };
}

/** The environment wins over the file; undefined where neither states it and Qdrant's default holds. */
function effective({ inFile, inEnvironment }: SlotSettings, key: SeenSetting): string | undefined {
  return inEnvironment[key] ?? inFile[key];
}

/** Qdrant's own defaults are the other way round, so a switch that is not stated is wrong. */
function judgeSwitch(seen: SlotSettings, key: SeenSetting, wanted: 'true' | 'false'): Verdict {
  const value = effective(seen, key);
  const expected = `${key} ${wanted}`;
  const fix = seen.inEnvironment[key] === undefined ? { fix: FILE_TASK } : {};
  if (value === undefined) return { ...fail(`${key} is not stated`, expected), ...fix };
  const truth = truthOf(value);
  if (truth === undefined) return unknown(`${key} is neither true nor false`);
  return String(truth) === wanted ? pass(expected) : { ...fail(`${key} ${truth}`, expected), ...fix };
}

/** The words that Qdrant's configuration library takes for a truth value. */
function truthOf(value: string): boolean | undefined {
  if (/^(true|yes|on|1)$/i.test(value)) return true;
  return /^(false|no|off|0)$/i.test(value) ? false : undefined;
}

function judgeMetricsPort(port: string | undefined): Verdict {
  if (port === undefined || port === '' || port === 'null') return pass('no port of metrics');
  return fail(`service.metrics_port ${port}: it asks for no key`, 'no port of metrics');
}

function judgeOverrides({ variables }: SlotSettings): Verdict {
  if (variables.length === 0) return pass('nothing in the environment');
  const names = variables.map((name) => name.toUpperCase()).join(', ');
  return warn(`the environment overrides the configuration file: ${names}`, 'no such variable');
}

function judgeAge({ started }: SlotSettings, path: string, written: number): Verdict {
  if (written <= started) return pass('started with it');
  return warn(`${path} was written after Qdrant started`, 'a start since then');
}
