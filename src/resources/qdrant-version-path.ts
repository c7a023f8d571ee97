import { type Change, defineResource, type Resource } from '../engine/resource.js';
import { ask, known, type Observation, type ProbeKind } from '../host/probe.js';
import { upgradeObstacle } from '../services/qdrant/upgrade-path.js';
import { textFile } from './text-file-probe.js';

export interface QdrantVersionPath {
  /** What vdb wrote down on the host about the version whose data lies there. */
  stateFile: string;
  /** The manifest of the release in the active slot: it tells where the state cannot be read. */
  manifest: string;
  /** The version that is to run. */
  version: string;
}

type Places = Pick<QdrantVersionPath, 'stateFile' | 'manifest'>;

/** The version of the last provision; null before the first. */
const recordedVersion: ProbeKind<Places, string> = {
  name: 'qdrant-recorded-version',
  script: (args) => textFile.script(args.flatMap(({ stateFile, manifest }) => [stateFile, manifest])),
  parse: (stdout, args) => {
    const paths = args.flatMap(({ stateFile, manifest }) => [stateFile, manifest]);
    const texts = textFile.parse(stdout, paths);
    return args.map((_, index) => versionIn(texts[2 * index], texts[2 * index + 1]));
  },
};

function versionIn(
  state: Observation<string> | undefined,
  manifest: Observation<string> | undefined,
): Observation<string> {
  if (state?.status !== 'known' || state.value === null) return state ?? UNREADABLE;
  const { qdrant } = parsed<{ qdrant?: { version?: unknown } }>(state.value);
  if (typeof qdrant?.version === 'string') return known(qdrant.version);
  if (manifest?.status !== 'known' || manifest.value === null) return UNREADABLE;
  const { version } = parsed<{ version?: unknown }>(manifest.value);
  return typeof version === 'string' ? known(version) : UNREADABLE;
}

const UNREADABLE: Observation<never> = { status: 'unknown', why: 'state.json names no version of Qdrant' };

function parsed<Content extends object>(text: string): Partial<Content> {
  try {
    return (JSON.parse(text) as Content | null) ?? {};
  } catch {
    return {};
  }
}

/**
 * Data that one version of Qdrant has written is opened by the same or the next minor version alone: anything else
 * is refused and holds back the task, since the binary itself would try.
 */
export function qdrantVersionPath({ stateFile, manifest, version }: QdrantVersionPath): Resource {
  return defineResource<string>({
    id: 'qdrant-version-path',
    title: 'way from the version that ran',
    probe: ask(recordedVersion, { stateFile, manifest }),
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
