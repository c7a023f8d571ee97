import type { Command } from '../host/command.js';
import { sh } from '../host/shell.js';

/**
 * Makes PostgreSQL read its files again and waits until it has. The first second passes idle because the
 * time stamps of files, by which a later look tells old from new, count whole seconds.
 */
export function postgresReload(): Command {
  return {
    title: 'reload PostgreSQL',
    script: sh`
      cd /
      ask() { runuser -u postgres -- psql -XAtq -v ON_ERROR_STOP=1 -d postgres -c "$1"; }
      sleep 1.1
      before=$(ask 'SELECT pg_conf_load_time()') || exit 1
      ask 'SELECT pg_reload_conf()' >/dev/null || exit 1
      for _ in $(seq 100); do
        [ "$(ask 'SELECT pg_conf_load_time()')" = "$before" ] || exit 0
        sleep 0.1
      done
      echo 'PostgreSQL did not load its configuration: journalctl -u postgresql@*' >&2
      exit 1`,
  };
}

/** Restarts the cluster `main` of `major`, unless its files would keep it from starting again. The idle second is as above. */
export function postgresRestart(major: number): Command {
  const program = `/usr/lib/postgresql/${major}/bin/postgres`;
  const config = `config_file=/etc/postgresql/${major}/main/postgresql.conf`;
  return {
    title: `restart PostgreSQL ${major}`,
    timeoutSeconds: 300,
    script: sh`
      cd /
      sleep 1.1
      runuser -u postgres -- ${program} -C max_connections -c ${config} >/dev/null || exit 65
      systemctl restart ${`postgresql@${major}-main.service`} || exit 1
      for _ in $(seq 300); do
        runuser -u postgres -- pg_isready -q && exit 0
        sleep 0.2
      done
      echo 'PostgreSQL does not answer after its restart' >&2
      exit 1`,
  };
}
