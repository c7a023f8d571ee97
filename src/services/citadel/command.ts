import { type Script, sh } from '../../host/shell.js';

/** Where the database layer lies, the environment that runs it, and the Qdrant that it asks. */
export interface CitadelOnHost {
  /** The directory with `alembic.ini`, `.env` and `config/`. */
  directory: string;
  venv: string;
  qdrant: { port: number; keyFile: string };
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
