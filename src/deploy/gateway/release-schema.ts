import { EXIT, VdbError } from '../../errors.js';
import type { Host } from '../../host/host.js';
import { ask, known, observe, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { chainOf, type Revision, revisionOf } from '../../services/citadel/revisions.js';

/** The migrations that releases carry, by their directories; null where one is not vdb's own, and has none of ours. */
export const releaseSchemaKind: ProbeKind<string, readonly Revision[]> = {
  name: 'release-schema',
  script: (directories) => sh`
    for dir in ${directories}; do
    echo @release
    grep -qs '"source": "reference"' "$dir/manifest.json" || continue
    echo reference
    for file in "$dir"/migrations/versions/*.py; do
    [ ! -e "$file" ] || { base64 -w 0 <"$file"; echo; }
    done
    done`,
  parse: (stdout, directories) => {
    const parts = stdout.split(/^@release\n/m).slice(1);
    if (parts.length !== directories.length) throw new Error(`${parts.length} answers`);
    return parts.map((part, index) => {
      const [source, ...files] = part.split('\n').filter((line) => line !== '');
      if (source === undefined) return known(null);
      const texts = files.map((line) => Buffer.from(line, 'base64').toString('utf8'));
      return known(chainOf(texts.map((text) => revisionOf(directories[index] as string, text))));
    });
  },
};

/** The migrations of these releases on the host. Throws `deploy.release-schema` where they cannot be read. */
export async function releaseSchemas(
  host: Host,
  root: string,
  names: readonly string[],
): Promise<(readonly Revision[] | null)[]> {
  const found = await observe(
    host,
    names.map((name) => ask(releaseSchemaKind, `${root}/releases/${name}`)),
  );
  return found.map((observation, index) => {
    if (observation.status === 'known') return observation.value as readonly Revision[] | null;
    throw new VdbError(`The migrations of ${names[index]} cannot be read: ${observation.why}`, {
      ...{ code: 'deploy.release-schema', exitCode: EXIT.failed, host: host.target },
      meaning: 'They say whether the release can live with the schema that is there.',
      next: 'vdb releases',
    });
  });
}
