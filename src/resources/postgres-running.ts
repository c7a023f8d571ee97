import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { known } from '../host/probe.js';
import { type RunningSetting, sameSetting, showSetting } from '../services/postgres/setting-value.js';
import { named } from '../text.js';
import { askPostgres, literals, type PsqlQuestion } from './postgres-psql.js';
import { postgresReload, postgresRestart } from './postgres-reload.js';
import { type PostgresSettings, postgresSettingsPath } from './postgres-settings.js';

interface RunningHave {
  settings: (RunningSetting & { name: string })[];
  /** Settings whose new value waits for a restart, wanted by vdb or not. */
  pendingRestart: string[];
  /** Settings made by ALTER SYSTEM, which win over every file in `conf.d`. */
  altered: { name: string; setting: string }[];
  /** A configuration file is newer than what the server has loaded. */
  stale: boolean;
}

function runningQuestion(names: readonly string[]): PsqlQuestion<RunningHave> {
  const list = literals(names);
  return {
    sql: `SELECT json_build_object(
      'settings', (SELECT coalesce(json_agg(s), '[]') FROM (
        SELECT name, setting, unit, vartype, context FROM pg_settings WHERE name IN (${list})) s),
      'pendingRestart', (SELECT coalesce(json_agg(name ORDER BY name), '[]') FROM pg_settings WHERE pending_restart),
      'altered', (SELECT coalesce(json_agg(f), '[]') FROM (
        SELECT name, setting FROM pg_file_settings
        WHERE sourcefile LIKE '%/postgresql.auto.conf' AND name IN (${list})) f),
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
    probe: askPostgres(runningQuestion(Object.keys(want.values))),
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
  return refusal(change, have, fields);
}

function refusal(change: Change, have: RunningHave, fields: readonly FieldChange[]): Change {
  const unknown = fields.find(
    ({ field, have: value }) => value === 'unknown setting' && !field.includes('.'),
  );
  if (unknown !== undefined) {
    return {
      ...change,
      refused: {
        why: `This PostgreSQL has no setting ${unknown.field}, and would not start with it.`,
        next: 'Remove it from postgres.settings in the configuration.',
      },
    };
  }
  const altered = have.altered.find(({ name }) => fields.some(({ field }) => field === name));
  if (altered === undefined) return change;
  return {
    ...change,
    refused: {
      why: `ALTER SYSTEM has set ${altered.name} to ${altered.setting}, which wins over the configuration.`,
      next: `Run: runuser -u postgres -- psql -c 'ALTER SYSTEM RESET ${altered.name}'`,
    },
  };
}
