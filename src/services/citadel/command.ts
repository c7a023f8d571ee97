import { type Script, sh } from '../../host/shell.js';

/** Where the database layer lies, the environment that runs it, and the Qdrant that it asks. */
export interface CitadelOnHost {
  /** The directory with `alembic.ini`, `.env` and `config/`. */
  directory: string;
  venv: string;
  qdrant: { port: number; keyFile: string };
}

/** A release of the gateway that carries the layer, the account that it runs as, and its environment file. */
export interface CitadelInRelease {
  home: string;
  user: string;
  environment: string;
}

/**
 * `python -m citadel …` as the release has it, with its migrations. The environment file is in the form of a shell, too; root
 * reads it, as for a unit. The drivers of PostgreSQL look for certificates in the home directory: root's is closed to them.
 */
export function releaseScript(
  { home, user, environment }: CitadelInRelease,
  args: readonly string[],
): Script {
  return sh`set -a
    . ${environment}
    set +a
    export HOME=/nonexistent
    cd ${home} && exec setpriv --reuid=${user} --regid=${user} --clear-groups --no-new-privs \
    venv/bin/python -B -m citadel ${args} --json`;
}

/**
 * `python -m citadel …` on the host, with nothing of the caller's environment that could point it to another database.
 * Qdrant's key goes from its root-only file into the environment of that process, never into a command line.
 */
export function citadelScript({ directory, venv, qdrant }: CitadelOnHost, args: readonly string[]): Script {
  return sh`
    cd ${directory} || exit 1
    for name in $(compgen -e POSTGRES_; compgen -e QDRANT_); do unset "$name"; done
    export PYTHONDONTWRITEBYTECODE=1 NO_PROXY='*' QDRANT_URL=${`http://127.0.0.1:${qdrant.port}`}
    QDRANT_API_KEY=$(sed -n 's/^api-key: //p' ${qdrant.keyFile} 2>/dev/null)
    export QDRANT_API_KEY
    exec ${`${venv}/bin/python`} -m citadel ${args} --json`;
}
