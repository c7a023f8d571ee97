import { describe, expect, it } from 'vitest';
import {
  type ConfigurationState,
  configurationDiff,
  configurationPair,
  serverConfigurationFiles,
} from '../../../../src/backup/schedule/configuration.js';
import { SERVER_CONFIG, SERVER_SECRETS } from '../../../../src/backup/schedule/place.js';
import { sha256 } from '../../../../src/resources/file.js';

const FILES = { config: 'version: 1\n', secrets: 'qdrant.api_key: hunter22hunter22\n' };
const RELEASE = '/opt/qdrant/vdb/0.1.0-0123456789ab';

function state(change: { config?: object | null; secrets?: object | null } = {}): ConfigurationState {
  const own = { type: 'file', mode: '600', owner: 'root:root', size: 1 } as const;
  const of = (text: string, more: object | null | undefined) =>
    more === null ? null : { ...own, sha256: sha256(text), ...more };
  return { config: of(FILES.config, change.config), secrets: of(FILES.secrets, change.secrets) };
}

describe('the two files of the configuration', () => {
  it('are as they shall be', () => {
    expect(configurationDiff(FILES, state())).toBeNull();
  });

  it.each([
    ['are not there', state({ config: null, secrets: null }), 'create', /^write the configuration/],
    ['are without secrets', state({ secrets: null }), 'update', /vdb\.secrets\.yaml not there/],
    [
      'have other secrets',
      state({ secrets: { sha256: sha256('') } }),
      'update',
      /^vdb\.secrets\.yaml another content/,
    ],
    [
      'are open to others',
      state({ secrets: { mode: '644' } }),
      'update',
      /vdb\.secrets\.yaml: mode 0644, want 0600/,
    ],
    ['belong to somebody', state({ config: { owner: 'me:me' } }), 'update', /vdb\.yaml: owner me:me/],
    ['are no files', state({ config: { type: 'link' } }), 'update', /vdb\.yaml another content/],
  ])('%s', (_, have, action, summary) => {
    expect(configurationDiff(FILES, have)).toMatchObject({ action, summary: expect.stringMatching(summary) });
  });

  it('give away no secret, neither in a plan nor in a command line', () => {
    const resource = serverConfigurationFiles(FILES, RELEASE);
    const change = resource.diff(null);
    if (change === null) throw new Error('nothing to do');
    const [command] = resource.apply(change, null);
    expect(JSON.stringify(change)).not.toContain('hunter22');
    expect(command?.script.source).not.toContain('hunter22');
    expect(command?.stdin).toBe(FILES.secrets + FILES.config);
  });

  it('are tried together by the release that will use them before either takes its place', () => {
    const resource = serverConfigurationFiles(FILES, RELEASE);
    const [command] = resource.apply({ action: 'create', summary: '' }, null);
    const source = command?.script.source ?? '';
    const at = (text: string): number => source.indexOf(text);
    expect(
      at(`/usr/bin/node ${RELEASE}/bin/vdb --config "$PWD/$w/vdb.yaml" config validate`),
    ).toBeGreaterThan(0);
    expect(at('config validate')).toBeLessThan(at('mv -fT'));
  });

  it('are read in one look', () => {
    const questions = [
      { path: SERVER_CONFIG, hash: true },
      { path: SERVER_SECRETS, hash: true },
    ] as const;
    const stat = (path: string): string => `S|regular file|600|root:root|5|${path}`;
    const hash = (path: string): string => `H|${'a'.repeat(64)}|${path}`;
    const answer = [stat(SERVER_CONFIG), stat(SERVER_SECRETS), hash(SERVER_CONFIG), hash(SERVER_SECRETS)];
    expect(configurationPair.parse(answer.join('\n'), [questions])).toMatchObject([
      { status: 'known', value: { config: { mode: '600' }, secrets: { sha256: 'a'.repeat(64) } } },
    ]);
    expect(configurationPair.parse(answer.slice(0, 1).join('\n'), [questions])[0]?.status).toBe('unknown');
  });
});
