import { chmod, copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, isNode, isPair, isScalar, parseDocument, visit } from 'yaml';
import { renderConfigFile } from '../../../src/config/render.js';
import type { Block } from '../../support/docs.js';
import { type Ended, inTime, type LabHost, start, VDB } from '../../support/lab.js';

/** The name by which the documentation reaches a server, for each lab host that plays it. */
const SERVERS = {
  'vector-db': 'vector-db.example.org',
  'vector-db-2': 'vector-db-2.example.org',
} as const;

/**
 * An operator who goes through pages of the documentation: a home with `~/.ssh`, and a directory in which commands are
 * typed. The names of the pages' servers lead to lab hosts there, as `~/.ssh/config` says.
 */
export class Story {
  readonly #home: string;
  readonly #work: string;
  readonly #hosts = new Map<string, LabHost>();
  /** What a lab host needs otherwise than a server, as variables; those that a page sets itself have gone. */
  #overrides: Record<string, string> = {};
  /** The variables that would stand for what pages have set. */
  #ofPages = new Set<string>();

  private constructor(directory: string) {
    this.#home = join(directory, 'home');
    this.#work = join(directory, 'work');
  }

  /** Makes the home of an operator below `directory`. */
  static async begin(directory: string): Promise<Story> {
    const story = new Story(directory);
    await rm(directory, { recursive: true, force: true });
    await mkdir(story.#work, { recursive: true });
    await mkdir(join(story.#home, '.ssh'), { recursive: true, mode: 0o700 });
    await mkdir(join(story.#home, 'bin'));
    await symlink(VDB, join(story.#home, 'bin', 'vdb'));
    // OpenSSH takes its home from the password file, whatever HOME says.
    for (const name of ['ssh', 'scp']) {
      const file = join(story.#home, 'bin', name);
      await writeFile(file, `#!/bin/sh\nexec /usr/bin/${name} -F "$HOME/.ssh/config" "$@"\n`);
      await chmod(file, 0o755);
    }
    return story;
  }

  /** Lets `host` play the server of its name. */
  async meet(host: LabHost): Promise<void> {
    this.#hosts.set(host.name, host);
    const sections = [...this.#hosts.values()].map((each) => this.#reached(each));
    await writeFile(join(this.#home, '.ssh', 'config'), sections.join('\n'), { mode: 0o600 });
    for (const [name, value] of Object.entries(await overridesOf(host)))
      if (!this.#ofPages.has(name)) this.#overrides[name] = value;
  }

  #reached({ name, port, directory }: LabHost): string {
    return [
      `Host ${SERVERS[name as keyof typeof SERVERS]}`,
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  IdentityFile ${join(directory, 'id_ed25519')}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${join(this.#home, '.ssh', 'known_hosts')}`,
      '',
    ].join('\n');
  }

  /** Runs a block where the page says, as the page has it. */
  run({ place, text }: Block): Promise<Ended> {
    const script = `set -euo pipefail\n${text}`;
    if (place === 'server') return inTime(this.#server().enter(script), text);
    const env = {
      ...this.#overrides,
      HOME: this.#home,
      PATH: `${join(this.#home, 'bin')}:${process.env.PATH}`,
    };
    return inTime(start('bash', ['-c', script], { cwd: this.#work, env }), text);
  }

  #server(): LabHost {
    const host = this.#hosts.get('vector-db');
    if (host === undefined) throw new Error('no server has been met yet');
    return host;
  }

  /** Takes a fragment of a page into vdb.yaml, as a reader would. */
  async configure({ text }: Block): Promise<void> {
    const file = join(this.#work, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    for (const [path, value] of leaves(text)) {
      document.setIn(path, document.createNode(value));
      this.#leaveToPage(path);
    }
    await writeFile(file, document.toString());
  }

  /** What a page sets is no longer overridden; nor is what else another kind of the same thing would have (`from`). */
  #leaveToPage(path: readonly string[]): void {
    const set = variable(path);
    this.#ofPages.add(set);
    delete this.#overrides[set];
    if (path.at(-1) !== 'from') return;
    const beside = set.slice(0, -'FROM'.length);
    for (const name of Object.keys(this.#overrides))
      if (name.startsWith(beside)) delete this.#overrides[name];
  }

  /** Remembers the configuration. Resolves to how to have it back. */
  async keepConfiguration(): Promise<() => Promise<void>> {
    const file = join(this.#work, 'vdb.yaml');
    const kept = `${file}.kept`;
    const [overrides, ofPages] = [{ ...this.#overrides }, new Set(this.#ofPages)];
    await copyFile(file, kept);
    return async () => {
      await copyFile(kept, file);
      this.#overrides = overrides;
      this.#ofPages = ofPages;
    };
  }
}

/** Where a host's configuration differs from what `vdb init` writes for a server. */
async function overridesOf({ directory, name, port }: LabHost): Promise<Record<string, string>> {
  const secretsFile = join(directory, 'vdb.secrets.yaml');
  const ofServer = leaves(renderConfigFile({ name, address: name, port, user: 'root', secretsFile }));
  const same = new Set(ofServer.map((leaf) => JSON.stringify(leaf)));
  const found = leaves(await readFile(join(directory, 'vdb.yaml'), 'utf8'));
  const other = found.filter((leaf) => leaf[0][0] !== 'hosts' && !same.has(JSON.stringify(leaf)));
  return Object.fromEntries(other.map(([path, value]) => [variable(path), written(value)]));
}

/** A variable's text is taken as it is where the configuration wants text. */
function written(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function variable(path: readonly string[]): string {
  return `VDB__${path.join('__').toUpperCase()}`;
}

/** The values of a YAML text by their paths; a list is one value. */
function leaves(text: string): [path: string[], value: unknown][] {
  const found: [string[], unknown][] = [];
  const document = parseDocument(text);
  visit(document, {
    Pair(_, { key, value }, ancestors) {
      if (isMap(value)) return;
      const above = ancestors.filter(isPair).map((pair) => pair.key);
      const path = [...above, key].map((each) => String(isScalar(each) ? each.value : each));
      found.push([path, isNode(value) ? value.toJS(document) : value]);
      return visit.SKIP;
    },
  });
  return found;
}
