import { type Command, putCommand } from '../host/command.js';
import { type Script, sh } from '../host/shell.js';

export const FSTAB = '/etc/fstab';

/** Prints the fstab on a line for {@link parseFstab}; ends the look when the file is there but cannot be read. */
export function readFstab(path = FSTAB): Script {
  return sh`if [ -e ${path} ]; then fstab=$(base64 -w0 ${path}) || exit 1; else fstab=none; fi; printf 'fstab %s\n' "$fstab"`;
}

/** The content of the fstab, empty when there is none. Throws when the answer does not have it. */
export function parseFstab(lines: readonly string[]): string {
  const encoded = lines.find((line) => line.startsWith('fstab '))?.slice('fstab '.length);
  if (encoded === undefined) throw new Error(`no ${FSTAB}`);
  return encoded === 'none' ? '' : Buffer.from(encoded, 'base64').toString('utf8');
}

/** Options of which only one can hold: naming one drops the others. */
const EXCLUSIVE: readonly (readonly string[])[] = [
  ['atime', 'noatime', 'relatime', 'strictatime'],
  ['diratime', 'nodiratime'],
  ['ro', 'rw'],
  ['discard', 'nodiscard'],
  ['exec', 'noexec'],
  ['dev', 'nodev'],
  ['suid', 'nosuid'],
];

/** The options of `mountPoint` in an fstab; null when it has no line there. */
export function fstabOptions(fstab: string, mountPoint: string): string[] | null {
  const line = fstab.split('\n').find((each) => isLineOf(each, mountPoint));
  return line?.trim().split(/\s+/)[3]?.split(',') ?? null;
}

/** `fstab` with `wanted` among the options of `mountPoint`; everything else as it was. */
export function withOptions(fstab: string, mountPoint: string, wanted: readonly string[]): string {
  const lines = fstab.split('\n').map((line) => {
    if (!isLineOf(line, mountPoint)) return line;
    const words = line.trim().split(/\s+/);
    return [
      ...words.slice(0, 3),
      merged(words[3]?.split(',') ?? [], wanted).join(','),
      ...words.slice(4),
    ].join(' ');
  });
  return lines.join('\n');
}

/** `fstab` with one more line. */
export function withLine(fstab: string, line: string): string {
  return `${fstab}${fstab === '' || fstab.endsWith('\n') ? '' : '\n'}${line}\n`;
}

/** `have` with `wanted`, without what contradicts it. */
export function merged(have: readonly string[], wanted: readonly string[]): string[] {
  const kept = have.filter(
    (option) => !wanted.includes(option) && !wanted.some((each) => excludes(each, option)),
  );
  return [...kept, ...wanted];
}

/** Writes /etc/fstab aside, lets `findmnt` judge it and puts it in place. */
export function putFstab(content: string): Command {
  const validate = sh`findmnt --verify --tab-file "$1" 2>&1 | grep -E '^ *\[E\]' && exit 1 || true`;
  return putCommand({ path: FSTAB, content, validate });
}

function excludes(wanted: string, option: string): boolean {
  const [name = '', value] = wanted.split('=');
  if (value !== undefined && option.startsWith(`${name}=`)) return true;
  return EXCLUSIVE.some((group) => group.includes(wanted) && group.includes(option));
}

/** In fstab a space within a path is `\040`. */
function isLineOf(line: string, mountPoint: string): boolean {
  const words = line.trim().split(/\s+/);
  return !line.trim().startsWith('#') && words[1]?.replaceAll('\\040', ' ') === mountPoint;
}
