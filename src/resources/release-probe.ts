import { known, type ProbeKind } from '../host/probe.js';
import { sh } from '../host/shell.js';

export interface ReleaseQuestion {
  directory: string;
  binary: string;
}

/** What is installed, as its manifest and its binary say. */
export interface ReleaseState {
  version: string | null;
  /** SHA-256 of what was downloaded or uploaded. */
  artefact: string | null;
  /** SHA-256 of the binary when it was installed. */
  recorded: string | null;
  /** SHA-256 of the binary now; null when it is not there. */
  binary: string | null;
}

/** Beside the binary: its inode, size and times at installation. */
export const STAMP = '.installed';

/**
 * Hashing a binary of 100 MB on every look costs 0.3 s, so it is hashed again only when inode, size,
 * modification or change time are not what they were at installation; the last cannot be set back.
 */
export const releaseKind: ProbeKind<ReleaseQuestion, ReleaseState> = {
  name: 'release',
  timeoutSeconds: 60,
  script: (args) => sh`
    look() {
    [ -d "$1" ] || { echo 'absent'; return; }
    printf 'present %s ' "$(base64 -w0 "$1/manifest.json" 2>/dev/null || true)"
    now=$(stat -c '%i %s %y %z' "$1/$2" 2>/dev/null) || { echo 'missing'; return; }
    if [ "$now" = "$(cat "$1/${STAMP}" 2>/dev/null)" ]; then echo 'unchanged'; else sha256sum "$1/$2" | cut -d' ' -f1; fi
    }
    ${args.map(({ directory, binary }) => sh`look ${directory} ${binary};`)}`,
  parse: (stdout, args) => {
    const lines = stdout.trim().split('\n');
    if (lines.length !== args.length) throw new Error(`${lines.length} answers for ${args.length} releases`);
    return lines.map((line) => known(parseLine(line)));
  },
};

function parseLine(line: string): ReleaseState | null {
  if (line === 'absent') return null;
  const [, encoded = '', found = ''] = line.split(' ');
  const manifest = parseManifest(Buffer.from(encoded, 'base64').toString('utf8'));
  const recorded = textOf(manifest.binary_sha256);
  const now = { unchanged: recorded, missing: null }[found];
  return {
    version: textOf(manifest.version),
    artefact: textOf(manifest.artefact_sha256),
    recorded,
    binary: now === undefined ? found : now,
  };
}

/** A manifest that cannot be read says nothing, and so the release is installed again. */
function parseManifest(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
