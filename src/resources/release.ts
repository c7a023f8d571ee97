import { type Change, defineResource, type FieldChange, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import { summarise } from './ownership.js';
import { explainRelease } from './release-explain.js';
import { type ReleaseState, releaseKind } from './release-probe.js';
import { installRelease } from './release-script.js';

export type ReleaseSource =
  /** Downloaded by the host. `unpinned`: the hash is recorded, not compared. */
  | { from: 'release'; url: string; sha256: string | 'unpinned' }
  /** A file of the operator, streamed to the host. `path` is the operator's. */
  | { from: 'file'; path: string; sha256: string; bytes?: number };

export interface ReleaseOptions {
  /** Of this version alone: `/opt/qdrant/releases/1.18.3`. */
  directory: string;
  /** Name of the program in the archive and in `directory`. */
  binary: string;
  /** What `BINARY --version` must mention. */
  version: string;
  source: ReleaseSource;
}

/**
 * A program in a directory of its own, with a manifest.json beside it. The directory appears complete and
 * verified, or not at all: the hash fits, and the program runs on this machine and is of this version.
 */
export function binaryRelease(options: ReleaseOptions): Resource {
  const { directory, binary, version } = options;
  return defineResource<ReleaseState>({
    id: `release:${directory}`,
    title: `${binary} ${version}`,
    probe: ask(releaseKind, { directory, binary }),
    diff: (have) => releaseDiff(options, have),
    apply: () => [installRelease(options)],
    explain: (result) => explainRelease(binary, result),
  });
}

function releaseDiff(
  { directory, version, source }: ReleaseOptions,
  have: ReleaseState | null,
): Change | null {
  if (have === null) return { action: 'install', summary: `install version ${version} into ${directory}` };
  const fields: FieldChange[] = [];
  const compare = (field: string, found: string | null, want: string): void => {
    if (found !== want) fields.push({ field, have: found ?? 'not there', want });
  };
  compare('version', have.version, version);
  if (source.sha256 !== 'unpinned') compare('sha256 of the artefact', have.artefact, source.sha256);
  compare('sha256 of the binary', have.binary, have.recorded ?? 'the one recorded in manifest.json');
  return fields.length === 0 ? null : { action: 'install', summary: summarise(fields), fields };
}
