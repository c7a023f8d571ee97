import type { Resource } from '../engine/resource.js';
import { file } from './file.js';

export interface AptRepositoryOptions {
  /** Name of the file in /etc/apt/sources.list.d, without its ending. */
  name: string;
  uris: readonly string[];
  suites: readonly string[];
  components: readonly string[];
  /** ASCII-armoured public key. Without one the keys that the host already trusts apply. */
  key?: { armored: string };
}

/** A package source in deb822 format, with its key inside, so that it is trusted for this source alone. */
export function aptRepository(options: AptRepositoryOptions): Resource {
  const path = `/etc/apt/sources.list.d/${options.name}.sources`;
  return file({ path, content: renderRepository(options), title: `package source ${options.name}` });
}

/** The deb822 stanza. Inside a field an empty line is a single dot, and continuation lines are indented. */
export function renderRepository({ uris, suites, components, key }: AptRepositoryOptions): string {
  const lines = [
    'Types: deb',
    `URIs: ${uris.join(' ')}`,
    `Suites: ${suites.join(' ')}`,
    `Components: ${components.join(' ')}`,
  ];
  if (key) lines.push('Signed-By:', ...key.armored.trim().split('\n').map(continuation));
  return `${lines.join('\n')}\n`;
}

function continuation(line: string): string {
  return line.trim() === '' ? ' .' : ` ${line.trimEnd()}`;
}
