import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { known } from '../host/probe.js';
import { type RunningSetting, sameSetting, showSetting } from '../services/postgres/setting-value.js';
import { named } from '../text.js';
import { askPostgres, literal, literals, type PsqlQuestion } from './postgres-psql.js';
import { postgresReload, postgresRestart } from './postgres-reload.js';
import { type PostgresSettings, postgresSettingsPath } from './postgres-settings.js';

interface RunningHave {
  settings: (RunningSetting & { name: string })[];
  /** Settings whose new value waits for a restart, wanted by vdb or not. */
  pendingRestart: string[];
  /** Settings made by ALTER SYSTEM, which win over every file in `conf.d`. */
  altered: { name: string; setting: string }[];
  /** Settings of files that are read after vdb's own, each as the last of them has it. */
  overruled: { name: string; setting: string; file: string; line: number }[];
  /** A configuration file is newer than what the server has loaded. */
  stale: boolean;
}

function runningQuestion(names: readonly string[], ours: string): PsqlQuestion<RunningHave> {
  const list = literals(names);
  return {
    sql: `SELECT json_build_object(
      'settings', (SELECT coalesce(json_agg(s), '[]') FROM (
        SELECT name, setting, unit, vartype, context FROM pg_settings WHERE name IN (${list})) s),
      'pendingRestart', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_settings WHERE pending_restart),
      'altered', (SELECT coalesce(json_agg(f), '[]') FROM (
        SELECT name, setting FROM pg_file_settings
        WHERE sourcefile LIKE '%/postgresql.auto.conf' AND name IN (${list})) f),
      'overruled', (SELECT coalesce(json_agg(f), '[]') FROM (
        SELECT DISTINCT ON (lower(name)) lower(name) AS name, setting, sourcefile AS file, sourceline AS line
        FROM pg_file_settings
        WHERE lower(name) IN (${list}) AND sourcefile NOT LIKE '%/postgresql.auto.conf'
          AND seqno > (SELECT max(seqno) FROM pg_file_settings WHERE sourcefile = ${literal(ours)})
        ORDER BY lower(name), seqno DESC) f),
      'stale', (SELECT bool_or((pg_stat_file(path)).modification + interval '1 s' > pg_conf_load_time())
        FROM (SELECT DISTINCT sourcefile AS path FROM pg_file_settings) p));`,
    read: (answer) => known(JSON.parse(answer) as RunningHave),
  };
}

const FOLLOWS: Change = { action: 'reload', summary: 'reload or restart, whichever the new settings need' };

/**
 * The server really runs with `values`. What it takes to get there, a reload or a restart, follows from what
 * is running, not from what this run has written.
 */
export function postgresRunningSettings(want: { major: number; values: PostgresSettings }): Resource {
  return defineResource<RunningHave>({
    id: `postgres-running-settings:${want.major}`,
    title: `running settings of PostgreSQL ${want.major}`,
    probe: askPostgres(runningQuestion(Object.keys(want.values), postgresSettingsPath(want.major))),
    // A server that is not there yet starts with its files; one that is starting must not be started over.
    diff: (have) => (have === null ? null : runningChange(have, want.values)),
    apply: (change): Command[] =>
      change.action === 'restart' ? [postgresRestart(want.major)] : [postgresReload()],
    predict: (changing) => (changing.has(`file:${postgresSettingsPath(want.major)}`) ? FOLLOWS : null),
  });
}

function runningChange(have: RunningHave, values: PostgresSettings): Change | null {
  const byName = new Map(have.settings.map((setting) => [setting.name, setting]));
  const differing = Object.entries(values).filter(([name, value]) => {
    const setting = byName.get(name);
    return setting === undefined || !sameSetting(value, setting);
  });
  if (differing.length === 0 && have.pendingRestart.length === 0) {
    return have.stale ? { action: 'reload', summary: 'its files are newer than what it has loaded' } : null;
  }
  const fields: FieldChange[] = differing.map(([name, value]) => {
    const setting = byName.get(name);
    return {
      field: name,
      have: setting === undefined ? 'unknown setting' : showSetting(setting),
      want: value,
    };
  });
  const restart =
    have.pendingRestart.length > 0 || differing.some(([name]) => byName.get(name)?.context === 'postmaster');
  const names = [...new Set([...differing.map(([name]) => name), ...have.pendingRestart])];
  const change: Change = {
    action: restart ? 'restart' : 'reload',
    summary: `${named(names, 'setting')} not in force yet`,
    fields,
  };
  const refused = refusal(have, fields, values);
  return refused === undefined ? change : { ...change, refused };
}

type Refusal = NonNullable<Change['refused']>;

/** Why neither a reload nor a restart would bring the wanted settings into force. */
function refusal(
  have: RunningHave,
  fields: readonly FieldChange[],
  values: PostgresSettings,
): Refusal | undefined {
  return unknownSetting(fields) ?? alteredSetting(have, fields) ?? overruledSetting(have, fields, values);
}

function unknownSetting(fields: readonly FieldChange[]): Refusal | undefined {
  const unknown = fields.find(({ field, have }) => have === 'unknown setting' && !field.includes('.'));
  if (unknown === undefined) return undefined;
  return {
    why: `This PostgreSQL has no setting ${unknown.field}, and would not start with it.`,
    next: 'Remove it from postgres.settings in the configuration.',
  };
}

function alteredSetting({ altered }: RunningHave, fields: readonly FieldChange[]): Refusal | undefined {
  const found = altered.find(({ name }) => fields.some(({ field }) => field === name));
  if (found === undefined) return undefined;
  return {
    why: `ALTER SYSTEM has set ${found.name} to ${found.setting}, which wins over the configuration.`,
    next: `Run: runuser -u postgres -- psql -c 'ALTER SYSTEM RESET ${found.name}'`,
  };
}

/** A restart would load the file's value of a setting that waits for it, so those settings count too. */
function overruledSetting(
  { overruled, pendingRestart, settings }: RunningHave,
  fields: readonly FieldChange[],
  values: PostgresSettings,
): Refusal | undefined {
  const concerned = new Set([...fields.map(({ field }) => field), ...pendingRestart]);
  const found = overruled.find(({ name, setting }) => {
    const running = settings.find((each) => each.name === name);
    const same = running !== undefined && sameSetting(values[name] ?? '', { ...running, setting });
    return concerned.has(name) && !same;
  });
  if (found === undefined) return undefined;
  const { name, setting, file, line } = found;
  return {
    why: `${file}, line ${line}, sets ${name} to ${setting}, which wins over the configuration.`,
    next: `Remove that line, or set postgres.settings.${name} to the same value in the configuration.`,
  };
}
