import { dirname } from 'node:path';
import { type Change, defineResource, type FieldChange, type Resource } from '../../engine/resource.js';
import type { Command } from '../../host/command.js';
import { ask, known, type Observation, type ProbeKind } from '../../host/probe.js';
import { sh } from '../../host/shell.js';
import { sha256 } from '../../resources/file.js';
import { ownershipChanges, summarise } from '../../resources/ownership.js';
import { type PathQuestion, type PathState, pathKind } from '../../resources/path-probe.js';
import { NODE, SECRETS_NAME, SERVER_CONFIG, SERVER_SECRETS } from './place.js';
import type { ServerFiles } from './server-config.js';

/** Both files as they are. */
export interface ConfigurationState {
  config: PathState | null;
  secrets: PathState | null;
}

type Pair = readonly [PathQuestion, PathQuestion];

/** What lies at the two paths of each question: one `stat` and one `sha256sum` for all. */
export const configurationPair: ProbeKind<Pair, ConfigurationState> = {
  name: 'server-configuration',
  script: (pairs) => pathKind.script(pairs.flat()),
  parse: (stdout, pairs) =>
    pairs.map((pair) => {
      const [config, secrets] = pathKind.parse(stdout, pair) as [
        Observation<PathState>,
        Observation<PathState>,
      ];
      if (config.status !== 'known') return config;
      if (secrets.status !== 'known') return secrets;
      return known<ConfigurationState>({ config: config.value, secrets: secrets.value });
    }),
};

/** The question for the configuration of the server. */
export function askConfiguration({ config, secrets }: ServerFiles) {
  return ask(configurationPair, [
    { path: SERVER_CONFIG, hash: true, wanted: sha256(config), secret: false },
    { path: SERVER_SECRETS, hash: true, wanted: sha256(secrets), secret: true },
  ]);
}

const OWN = { mode: '0600', owner: 'root:root' };

/**
 * The configuration of vdb on the server. Both files are tried together, by the release at `release`, before either
 * takes its place.
 */
export function serverConfigurationFiles(files: ServerFiles, release: string): Resource {
  return defineResource<ConfigurationState>({
    id: `vdb-configuration:${SERVER_CONFIG}`,
    title: SERVER_CONFIG,
    probe: askConfiguration(files),
    diff: (have) => configurationDiff(files, have),
    apply: () => [writeConfiguration(files, release)],
    explain: ({ exitCode }) =>
      exitCode === 65
        ? {
            meaning: 'vdb on the server does not take the configuration; what was there is still in place.',
            next: 'Read the message above: what is meant must make sense on the server too.',
          }
        : null,
  });
}

/** Pure. Of the secrets it is only said that they differ. */
export function configurationDiff(files: ServerFiles, have: ConfigurationState | null): Change | null {
  const fields = [
    ...fileFields('vdb.yaml', files.config, have?.config),
    ...fileFields(SECRETS_NAME, files.secrets, have?.secrets),
  ];
  if (fields.length === 0) return null;
  const before = have?.config?.content ?? null;
  const shown = have?.config == null || have.config.content !== undefined;
  return {
    action: have?.config == null ? 'create' : 'update',
    summary: have?.config == null ? 'write the configuration of vdb on the server' : summarise(fields),
    fields,
    ...(shown ? { content: { before, after: files.config, secret: false } } : {}),
  };
}

function fileFields(name: string, text: string, have: PathState | null | undefined): FieldChange[] {
  if (have == null) return [{ field: name, have: 'not there', want: 'written' }];
  const differs = have.type !== 'file' || have.sha256 !== sha256(text);
  const owner = ownershipChanges(have, OWN).map((change) => ({
    ...change,
    field: `${name}: ${change.field}`,
  }));
  return [
    ...(differs ? [{ field: name, have: 'another content', want: 'that of this configuration' }] : []),
    ...owner,
  ];
}

/** The secrets come first on stdin, as many bytes as are said in the script. */
function writeConfiguration({ config, secrets }: ServerFiles, release: string): Command {
  return {
    title: `write ${SERVER_CONFIG}`,
    stdin: secrets + config,
    script: sh`
      set -eu
      umask 077
      cd ${dirname(SERVER_CONFIG)}
      rm -rf .vdb.*
      w=$(mktemp -d .vdb.XXXXXXXX)
      trap 'rm -rf "$w"' EXIT
      head -c ${Buffer.byteLength(secrets)} > "$w"/${SECRETS_NAME}
      cat > "$w/vdb.yaml"
      arrived=$(stat -c %s "$w/vdb.yaml")
      [ "$arrived" = ${Buffer.byteLength(config)} ] || { echo "$arrived bytes arrived in place of "${Buffer.byteLength(config)} >&2; exit 74; }
      timeout 60 ${NODE} ${release}/bin/vdb --config "$PWD/$w/vdb.yaml" config validate >&2 </dev/null || exit 65
      sync "$w"/*
      mv -fT "$w"/${SECRETS_NAME} ${SERVER_SECRETS}
      mv -fT "$w/vdb.yaml" ${SERVER_CONFIG}`,
    timeoutSeconds: 120,
  };
}
