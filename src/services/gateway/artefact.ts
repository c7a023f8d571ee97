import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Config } from '../../config/schema.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { type TarFile, tarOf } from '../../tar.js';
import { templateDirectory } from '../../templates.js';
import { pinnedImage } from './image.js';
import { treeOf } from './tree.js';

/** What becomes a release of the gateway. */
export interface GatewayArtefact {
  from: Config['gateway']['artifact']['from'];
  /** `gateway-0.1.0-1a2b3c4d5e6f`: equal names are equal contents. */
  name: string;
  /** SHA-256 of the archive or wheel; of an image its digest. */
  sha256: string;
  /** Module and name of the ASGI application; empty for an image, which knows itself what it starts. */
  app: string;
  /** What is sent to the host: an archive of {@link PAYLOAD}. Read only when it is to be sent. */
  files(): TarFile[];
}

/** Names in the archive that is sent. */
export const PAYLOAD = {
  /** The application, as an archive. */
  tree: 'tree.tar',
  /** What gunicorn is told where the application does not say it. */
  gunicorn: 'gunicorn.conf.py',
  /** Requirements of a wheel, which lies beside them in `wheel/`. */
  requirements: 'requirements.txt',
} as const;

/** Of the reference gateway: what runs on a server, from two directories of `templates/`. */
const REFERENCE = {
  gateway: /^(gateway\/|gunicorn\.conf\.py$|requirements\.txt$|pyproject\.toml$)/,
  citadel: /^(citadel\/|migrations\/|alembic\.ini$)/,
} as const;

/** What the configuration names, from this machine. Throws `config.gateway-artefact` where it cannot be read. */
export function gatewayArtefact({ gateway: { artifact } }: Config): GatewayArtefact {
  if (artifact.from === 'reference') return ofTree('reference', referenceTree(), 'gateway.asgi:app');
  if (artifact.from === 'image') {
    const { name, digest } = pinnedImage(artifact);
    return { from: 'image', name, sha256: digest, app: '', files: () => [] };
  }
  if (artifact.from === 'directory') return ofTree('directory', ownTree(artifact.path), artifact.app);
  const { from, path, sha256 = sha256Of(read(path)), app } = artifact;
  if (from === 'tarball') {
    return { ...named(from, '', sha256), app, files: () => [file(PAYLOAD.tree, read(path)), gunicorn()] };
  }
  const { requirements } = artifact;
  const [, version = ''] = basename(path).split('-');
  return {
    ...named(from, version, sha256, read(requirements)),
    app,
    files: () => [
      file(`wheel/${basename(path)}`, read(path)),
      file(PAYLOAD.requirements, read(requirements)),
      gunicorn(),
    ],
  };
}

function referenceTree(): TarFile[] {
  return Object.entries(REFERENCE).flatMap(([name, wanted]) =>
    treeOf(templateDirectory(name)).filter(({ path }) => wanted.test(path)),
  );
}

function ownTree(path: string): TarFile[] {
  const tree = reading(path, () => treeOf(path));
  if (tree.some((each) => each.path === 'requirements.txt')) return tree;
  throw unusable(path, 'It has no requirements.txt.');
}

function ofTree(from: GatewayArtefact['from'], tree: TarFile[], app: string): GatewayArtefact {
  const archive = tarOf(tree);
  return {
    ...named(from, versionOf(tree), sha256Of(archive)),
    app,
    files: () => [file(PAYLOAD.tree, archive), gunicorn()],
  };
}

/** Of a package that says it (`__version__`), or of pyproject.toml. */
function versionOf(tree: readonly TarFile[]): string {
  const texts = tree
    .filter(({ path }) => path === 'pyproject.toml' || /^\w+\/__init__\.py$/.test(path))
    .map(({ content }) => Buffer.from(content).toString('utf8'));
  const found = texts.map((text) => /^(?:__version__|version) *= *["']([\w.+-]+)["']/m.exec(text)?.[1]);
  return found.find((version) => version !== undefined) ?? '';
}

function named(
  from: GatewayArtefact['from'],
  version: string,
  sha256: string,
  more: Uint8Array = Buffer.alloc(0),
): Pick<GatewayArtefact, 'from' | 'name' | 'sha256'> {
  const content = sha256Of(Buffer.concat([Buffer.from(sha256), more])).slice(0, 12);
  const plain = version.replaceAll(/[^\w.]+/g, '_');
  return { from, name: ['gateway', plain, content].filter((part) => part !== '').join('-'), sha256 };
}

function gunicorn(): TarFile {
  return file(PAYLOAD.gunicorn, readFileSync(join(templateDirectory('own-gateway'), 'gunicorn.conf.py')));
}

function file(path: string, content: Uint8Array): TarFile {
  return { path, content, executable: false };
}

function sha256Of(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function read(path: string): Uint8Array {
  return reading(path, () => readFileSync(path));
}

function reading<T>(path: string, use: () => T): T {
  try {
    return use();
  } catch (cause) {
    throw unusable(path, `It cannot be read on this machine (${messageOf(cause)}).`, cause);
  }
}

function unusable(path: string, meaning: string, cause?: unknown): VdbError {
  return new VdbError(`gateway.artifact: ${path} is no gateway that can be installed`, {
    code: 'config.gateway-artefact',
    exitCode: EXIT.usage,
    meaning,
    next: "Correct gateway.artifact, or take vdb's own: gateway.artifact.from: reference.",
    ...(cause === undefined ? {} : { cause }),
  });
}
