import { createHash } from 'node:crypto';
import { type TemplateFile, templateTree } from '../../templates.js';
import { chainOf, type Revision, revisionOf } from './revisions.js';

/** What of `templates/citadel` is no part of the layer: its tests, and the files that are filled in. */
const NOT_OURS = /^(tests|pyproject\.toml|database\.yaml|env)$|(^|\/)(__pycache__|\.[^/]*)$|\.pyc$/;

let files: readonly TemplateFile[] | undefined;

/** The files of the database layer, as this release has them. */
export function layerTree(): readonly TemplateFile[] {
  files ??= templateTree('citadel', (path) => !NOT_OURS.test(path));
  return files;
}

/** The migrations of this release, the first one first. */
export function layerRevisions(): readonly Revision[] {
  const migrations = layerTree().filter(({ path }) => /^migrations\/versions\/[^/]+\.py$/.test(path));
  return chainOf(migrations.map(({ path, content }) => revisionOf(path, content)));
}

/** Identifies the layer of this release, migrations included. */
export function layerDigest(): string {
  const hash = createHash('sha256');
  for (const { path, content } of layerTree()) hash.update(`${path}\0${content}\0`);
  return hash.digest('hex');
}
