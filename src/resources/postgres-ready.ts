import { defineResource, type Resource } from '../engine/resource.js';
import type { Command } from '../host/command.js';
import { known } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { askPostgres } from './postgres-psql.js';

/** Recovery after a crash replays what was written since the last checkpoint. */
const RECOVERY_SECONDS = 600;

/**
 * PostgreSQL answers. What it is doing while it starts must not be disturbed, so it is waited for and never
 * restarted: the steps that ask it come after this one.
 */
export function postgresReady({ major }: { major: number }): Resource {
  return defineResource<true>({
    id: `postgres-ready:${major}`,
    title: `PostgreSQL ${major} answers`,
    probe: askPostgres({ sql: 'SELECT 1;', read: () => known<true>(true) }),
    diff: (have) => (have === null ? { action: 'run', summary: 'wait until it does' } : null),
    apply: () => [waitUntilReady(major)],
  });
}

function waitUntilReady(major: number): Command {
  const unit = `postgresql@${major}-main.service`;
  return {
    title: `wait for PostgreSQL ${major}`,
    timeoutSeconds: RECOVERY_SECONDS + 60,
    script: sh`
      cd /
      end=$((SECONDS + ${RECOVERY_SECONDS}))
      while [ "$SECONDS" -lt "$end" ]; do
      runuser -u postgres -- pg_isready -q && exit 0
      case $(systemctl is-active ${unit}) in active|activating|reloading) ;; *) echo ${`${unit} does not run: journalctl -u ${unit}`} >&2; exit 1 ;; esac
      sleep 0.5
      done
      echo ${`PostgreSQL is still starting: journalctl -u ${unit}`} >&2
      exit 1`,
  };
}
