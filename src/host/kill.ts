import { randomBytes } from 'node:crypto';
import { Transform } from 'node:stream';
import { quoteForLogin, type Script, sh } from './shell.js';

/**
 * Ends every process of a session, politely first. The session is what stays together however commands
 * group their children (`timeout` and job control start process groups of their own).
 */
function killScript(session: number): Script {
  return sh`
    members() {
    for stat in /proc/[0-9]*/stat; do
    { read -r line < "$stat"; } 2>/dev/null || continue
    pid=\${line%% *}; set -- \${line##*) }
    [ "$4" = ${session} ] && [ "$1" != Z ] && echo "$pid"
    done
    }
    kill -TERM $(members) 2>/dev/null
    for i in 1 2 3 4 5 6 7 8 9 10; do
    [ -z "$(members)" ] && exit 0
    sleep 0.1
    done
    kill -KILL $(members) 2>/dev/null
    exit 0`;
}

/** The command that ends `session` with the rights that `command` was started with, and its input. */
export function killCommand(
  command: string,
  firstInputLine: string,
  session: number,
): { command: string; stdin: string } {
  const sudo = /^(sudo (?:-\S+ (?:'' )?)+)bash -c /.exec(command)?.[1] ?? '';
  return {
    command: `${sudo}bash -c ${quoteForLogin(killScript(session).source)}`,
    stdin: sudo.includes(' -S ') ? `${firstInputLine}\n` : '',
  };
}

/**
 * Makes a child of the login shell say who that is before the command starts, on a line that nothing else can
 * write. A child, because fish has no `$$`.
 */
export function announced(command: string): { command: string; marker: string } {
  const marker = `vdb-${randomBytes(9).toString('hex')}`;
  return { marker, command: `sh -c 'echo "${marker} $PPID" >&2'; ${command}` };
}

/** Takes the announcement out of stderr, wherever chunk borders fall; what a shell's start-up prints stays. */
export function announcementFilter(marker: string, onSession: (session: number) => void): Transform {
  let held: Buffer | undefined = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (held === undefined) return done(null, chunk);
      held = Buffer.concat([held, chunk]);
      const start = held.indexOf(`${marker} `);
      const end = start === -1 ? -1 : held.indexOf('\n', start);
      if (end === -1) return done();
      onSession(Number(held.subarray(start + marker.length + 1, end)));
      const rest = Buffer.concat([held.subarray(0, start), held.subarray(end + 1)]);
      held = undefined;
      done(null, rest);
    },
    flush(done) {
      done(null, held);
    },
  });
}
