import type { Host } from '../../host/host.js';
import type { Observation } from '../../host/probe.js';
import { known } from '../../host/probe.js';
import { argumentsText, sh, TAKE_ARGUMENTS } from '../../host/shell.js';
import { readDefinitions } from '../definitions.js';
import type { BackupManifest, BackupPart } from '../manifest.js';
import { WITHOUT_HASTE } from './hashes.js';
import { type Finding, unreadable } from './notes.js';

/** What a part holds, by its own table of contents. */
export interface PartContents {
  part: BackupPart;
  /** `text` is the table of contents, or what its reader said of it; `unread` says why nobody looked. */
  answer: { status: 'read' | 'refused' | 'unread'; text: string };
}

/**
 * Reads the tables of contents of parts on the host, each with the program that would restore it: the newest one there,
 * as Debian's own `pg_restore` goes by the version of a server.
 */
export async function readContents(
  host: Host,
  directory: string,
  { id, genuine }: BackupManifest,
  parts: readonly BackupPart[],
  signal?: AbortSignal,
): Promise<Observation<PartContents[]>> {
  if (parts.length === 0) return known<PartContents[]>([]);
  const script = sh`
    export LC_ALL=C.UTF-8
    ionice -c 3 -p $$ 2>/dev/null; renice -n 19 -p $$ >/dev/null 2>&1
    cd ${`${directory}/${id}`} || exit 1
    restore=$(ls -d /usr/lib/postgresql/*/bin/pg_restore 2>/dev/null | sort -V | tail -n 1)
    by() {
    command -v "$1" >/dev/null || { printf 'unread %s\n' "$(printf '%s is not on the host' "$1" | base64 -w 0)"; return; }
    if said=$("$@" 2>&1); then status=read; else status=refused said=$(tail -n 3 <<<"$said"); fi
    printf '%s %s\n' $status "$(printf %s "$said" | base64 -w 0)"
    }
    contents() {
    case $1 in
    collection) [ ${genuine === false ? 'no' : 'yes'} = yes ] && by tar -tf "./$2" || by true ;;
    configuration) by tar -tf "./$2" ;;
    postgres) by "\${restore:-pg_restore}" -l "./$2" ;;
    postgres-globals) by tail -n 12 "./$2" ;;
    redis) by redis-check-rdb "./$2" ;;
    definitions) by cat "./$2" ;;
    *) printf 'unread %s\n' "$(printf 'nothing is known of its kind' | base64 -w 0)" ;;
    esac
    }
    ${TAKE_ARGUMENTS}
    while [ $# -ge 2 ]; do contents "$1" "$2"; shift 2; done`;
  const { stdout, exitCode } = await host.read(script, {
    stdin: argumentsText(parts.flatMap(({ kind, path }) => [kind, path])),
    timeoutMs: WITHOUT_HASTE * 1000,
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode !== 0) return { status: 'unknown', why: `backup set ${id} could not be read` };
  return contentsIn(stdout, parts);
}

/** One line a part, in order. Pure. */
export function contentsIn(stdout: string, parts: readonly BackupPart[]): Observation<PartContents[]> {
  const lines = stdout.replace(/\n$/, '').split('\n');
  if (lines.length !== parts.length)
    return { status: 'unknown', why: `${lines.length} answers for ${parts.length} parts` };
  const contents = parts.map((part, index) => {
    const [, status, base64 = ''] =
      /^(read|refused|unread) ([A-Za-z0-9+/=]*)$/.exec(lines[index] ?? '') ?? [];
    const text = Buffer.from(base64, 'base64').toString('utf8');
    return { part, answer: { status: status as PartContents['answer']['status'] | undefined, text } };
  });
  const odd = contents.findIndex(({ answer }) => answer.status === undefined);
  if (odd !== -1) return { status: 'unknown', why: `unreadable answer: ${lines[odd]?.slice(0, 80)}` };
  return known(contents as PartContents[]);
}

/** What the contents of a part lack of what the manifest says. Pure. */
export function contentsFinding(
  { part, answer: { status, text } }: PartContents,
  { id, genuine }: BackupManifest,
): Finding | undefined {
  const { path, kind } = part;
  if (status === 'unread') return undefined;
  if (status === 'refused') return { path, what: `cannot be opened: ${text.trim().replaceAll('\n', ' ')}` };
  if (kind === 'collection') return genuine === false ? undefined : emptyFinding(path, text);
  if (kind === 'configuration') return emptyFinding(path, text);
  if (kind === 'postgres') return tablesFinding(part, text);
  if (kind === 'redis') return keysFinding(part, text);
  if (kind === 'postgres-globals' && !text.includes('database cluster dump complete'))
    return { path, what: 'has no end: pg_dumpall has not finished it' };
  return kind === 'definitions' ? definitionsFinding(path, text, id) : undefined;
}

function emptyFinding(path: string, list: string): Finding | undefined {
  return list.trim() === '' ? { path, what: 'is an archive of nothing' } : undefined;
}

/** A line of `pg_restore -l`: `217; 1259 16389 TABLE public users owner`. */
function tablesFinding({ path, tables = {} }: BackupPart, list: string): Finding | undefined {
  const lines = list.split('\n').map((line) => line.replace(/^\d+; \d+ \d+ /, ''));
  const missing = Object.keys(tables).filter((name) => {
    const words = name.replace('.', ' ');
    return !lines.some((line) =>
      ['TABLE', 'TABLE DATA'].some((what) => line.startsWith(`${what} ${words} `)),
    );
  });
  return missing.length === 0 ? undefined : { path, what: `lacks ${missing.join(', ')}` };
}

function keysFinding({ path, keys }: BackupPart, said: string): Finding | undefined {
  const [, read] = / (\d+) keys read$/m.exec(said) ?? [];
  if (keys === undefined || read === undefined || Number(read) === keys) return undefined;
  return { path, what: `has ${read} keys in place of ${keys}` };
}

function definitionsFinding(path: string, text: string, id: string): Finding | undefined {
  try {
    readDefinitions(text, id);
    return undefined;
  } catch (error) {
    return unreadable(path, error);
  }
}
