import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type ProbeKind } from '../host/probe.js';
import { upgradeObstacle } from '../services/qdrant/upgrade-path.js';
import { textFile } from './text-file-probe.js';

export interface QdrantVersionPath {
  /** What vdb wrote down on the host about the version whose data lies there. */
  stateFile: string;
  /** The version that is to run. */
  version: string;
}

/** The version of the last provision; null before the first. */
const recordedVersion: ProbeKind<string, string> = {
  ...textFile,
  name: 'qdrant-recorded-version',
  parse: (stdout, paths) =>
    textFile.parse(stdout, paths).map((text) => {
      if (text.status !== 'known' || text.value === null) return text;
      const { qdrant } = JSON.parse(text.value) as { qdrant?: { version?: unknown } };
      return typeof qdrant?.version === 'string'
        ? known(qdrant.version)
        : { status: 'unknown', why: 'state.json names no version of Qdrant' };
    }),
};

/**
 * Data that one version of Qdrant has written is opened by the same or the next minor version alone: anything else
 * is refused and holds back the task, since the binary itself would try.
 */
export function qdrantVersionPath({ stateFile, version }: QdrantVersionPath): Resource {
  return defineResource<string>({
    id: 'qdrant-version-path',
    title: 'way from the version that ran',
    probe: ask(recordedVersion, stateFile),
    diff: (have) => {
      const needed = have === null ? null : upgradeObstacle(have, version);
      return have === null || needed === null ? null : refusedChange(have, version, needed);
    },
    apply: () => [],
  });
}

function refusedChange(have: string, want: string, needed = 'two versions that can be compared'): Change {
  return {
    action: 'update',
    summary: `version ${have}, want ${want}`,
    fields: [{ field: 'version', have, want }],
    refused: {
      why: `the data is of ${have}, and ${want} cannot follow: Qdrant needs ${needed}`,
      next: 'Set qdrant.version to the last patch of the next minor version, provision, and so on; go back only by restoring a backup.',
      blocks: true,
    },
  };
}
