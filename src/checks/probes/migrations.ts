import { known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';

/** The directory with `alembic.ini`, and the virtual environment whose alembic reads it. */
export interface MigrationsQuestion {
  directory: string;
  venv: string;
}

export interface Migrations {
  /** The revisions that the database is at; empty for a database that was never migrated. */
  current: string[];
  /** The newest revisions there are. */
  heads: string[];
}

/**
 * What alembic says of each directory; the value is null where there is no `alembic.ini`. Both questions start a
 * Python of their own, so they are asked side by side, and nothing is compiled into the directory.
 */
export const migrations: ProbeKind<MigrationsQuestion, Migrations> = {
  name: 'migrations',
  timeoutSeconds: 30,
  script: (questions) => sh`
    export PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
    alembic() { "$venv/bin/alembic" -c "$directory/alembic.ini" "$1" 2>&1; echo "@ended $?"; }
    ask() {
    directory=$1 venv=$2
    echo @question
    [ -e "$directory/alembic.ini" ] || { echo @absent; return; }
    [ -x "$venv/bin/alembic" ] || { echo @no-alembic; return; }
    cd "$directory" || return
    exec 3< <(alembic heads) 4< <(alembic current)
    echo @heads; cat <&3
    echo @current; cat <&4
    }
    ${questions.map(({ directory, venv }) => sh`ask ${directory} ${venv};`)}`,
  parse: (stdout, questions) => {
    const answers = stdout.split(/^@question\n/m).slice(1);
    return questions.map((question, index) => migrationsOf(question, answers[index] ?? ''));
  },
};

function migrationsOf({ directory, venv }: MigrationsQuestion, answer: string): Observation<Migrations> {
  if (answer.startsWith('@absent')) return known<Migrations>(null);
  if (answer.startsWith('@no-alembic'))
    return { status: 'unknown', why: `${venv} has no alembic to read ${directory}/alembic.ini` };
  const [, heads = '', current = ''] = /^@heads\n([\s\S]*)^@current\n([\s\S]*)$/m.exec(answer) ?? [];
  for (const [name, said] of Object.entries({ heads, current })) {
    if (/^@ended 0$/m.test(said)) continue;
    const last = said.trim().split('\n').slice(0, -1).at(-1) ?? 'no answer';
    return { status: 'unknown', why: `alembic ${name}: ${last.slice(0, 160)}` };
  }
  return known({ heads: revisions(heads), current: revisions(current) });
}

/** `9f3a (head)`, one a line, between what the environment logs. */
function revisions(said: string): string[] {
  return said.split('\n').flatMap((line) => /^(\w+)(?: \([\w, ]+\))*$/.exec(line.trim())?.[1] ?? []);
}
