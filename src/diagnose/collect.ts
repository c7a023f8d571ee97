import { randomBytes } from 'node:crypto';
import type { Host } from '../host/host.js';
import { ask, batchScript, type ProbeKind, parseFrames } from '../host/probe.js';
import { Script, sh } from '../host/shell.js';
import type { Part } from './parts.js';
import { PRELUDE } from './prelude.js';

/** What came of one part. It may hold secrets. */
export interface Collected {
  file: string;
  what: string;
  text: string;
  /** Why nothing of it could be had. */
  missing?: string;
  /** How many of its commands failed, where others did not. */
  failed: number;
}

const DEFAULT_SECONDS = 20;
/** A command within a part is ended by its own limit, for which its part waits. */
const GRACE_SECONDS = 16;
const MOST_BYTES = 512 * 1024;
const COMMAND_SECONDS = 8;

/**
 * Asks the host for all parts in one command. They run side by side; each has a time limit, and what hangs, fails or
 * is cut says so in its own file. The script travels on standard input, because it is too long for an argument.
 */
export async function collect(host: Host, parts: readonly Part[]): Promise<Collected[]> {
  const boundary = randomBytes(12).toString('hex');
  const longest = Math.max(...parts.map(secondsOf)) + GRACE_SECONDS;
  const groups = parts.map((part) => ({
    kind: ask(kindOf(part, longest), null).kind,
    args: [null],
    askers: [],
  }));
  const { stdout } = await host.read(sh`exec bash -s`, {
    stdin: `${PRELUDE}\n${batchScript(groups, boundary)}\n`,
    timeoutMs: (longest + 15) * 1000,
  });
  const frames = parseFrames(stdout, boundary);
  return parts.map((part, index) => collectedOf(part, frames.get(index)?.stdout));
}

/** Parts are read one after the other, so each may have to wait for the longest before it can be. */
function kindOf(part: Part, timeoutSeconds: number): ProbeKind<null, string> {
  return {
    name: part.file,
    timeoutSeconds,
    script: () => partScript(part),
    parse: () => [],
  };
}

function secondsOf({ seconds = DEFAULT_SECONDS }: Part): number {
  return seconds;
}

/**
 * The part in a bash of its own; its output is cut, not its end: how it went stands in two lines behind it. The output
 * is kept until it is read, so that no command is slow because an earlier part hangs.
 */
function partScript(part: Part): Script {
  const body = new Script(
    [
      `well=0 ill=0 limit=${COMMAND_SECONDS}`,
      `part() {\n${part.script.source}\n}`,
      'part',
      String.raw`printf '\n@@ %s %s' "$well" "$ill"`,
    ].join('\n'),
  );
  return sh`
    said=$(timeout -k 1 ${secondsOf(part)} bash -c ${body.source} </dev/null 2>&1 | head -c ${MOST_BYTES}
    printf '\n@@ exit %s' "\${PIPESTATUS[0]}")
    printf '%s' "$said"`;
}

/** What a part said, and whether it is worth anything. Pure; `said` is undefined when there was no answer. */
export function collectedOf(part: Part, said: string | undefined): Collected {
  const { file, what } = part;
  const [, body = '', exit = ''] = /^([\s\S]*)\n@@ exit (\d+)\s*$/.exec(said ?? '') ?? [];
  const lacking = (missing: string, text: string): Collected => ({ file, what, text, missing, failed: 0 });
  if (exit === '') return lacking('the host did not answer', said ?? '');
  if (exit === '124' || exit === '137') return lacking(`no answer within ${secondsOf(part)} s`, body);
  const [, text = body, well = '', ill = '0'] = /^([\s\S]*)\n@@ (\d+) (\d+)\s*$/.exec(body) ?? [];
  if (well === '') {
    const cut = body.length > MOST_BYTES / 2;
    if (cut)
      return { file, what, text: `${body}\n(cut here: it is longer than ${MOST_BYTES} bytes)\n`, failed: 0 };
    return lacking(`it ended with exit code ${exit}`, body);
  }
  if (well === '0') return lacking(reasonOf(text), text);
  return { file, what, text, failed: Number(ill) };
}

/** How the commands ended of which none succeeded. */
function reasonOf(text: string): string {
  const ends = [...text.matchAll(/^\((no answer within \d+ s|the command is not there|exit code \d+)\)$/gm)];
  const reasons = [...new Set(ends.map(([, reason]) => reason))];
  return reasons.length === 0 ? 'there is nothing of it on the host' : reasons.join(', ');
}
