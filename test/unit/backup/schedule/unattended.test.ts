import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessionNeeds, sshNeeds } from '../../../../src/backup/schedule/unattended.js';
import { hostSchema } from '../../../../src/config/schema/hosts.js';
import type { HostConfig } from '../../../../src/config/schema.js';

describe('what a configuration needs of a session', () => {
  it('are variables and commands, named with their places', () => {
    const data = {
      qdrant: { api_key: '${env:QDRANT_KEY}', read_only_api_key: '${file:secrets.yaml#key}' },
      postgres: { password: 'x${cmd:pass show db}' },
      redis: { password: '$${env:NO_REFERENCE}' },
    };
    expect(sessionNeeds(data, { VDB__BACKUP__SCHEDULE: '0 3 * * *' })).toEqual([
      'qdrant.api_key comes from the variable QDRANT_KEY, which a schedule does not have: use ${file:…}',
      'postgres.password comes from a command, which must work without a terminal, an agent and your environment',
      'backup.schedule comes from the variable VDB__BACKUP__SCHEDULE, which a schedule does not have',
    ]);
  });

  it('is nothing for plain values and files', () => {
    expect(sessionNeeds({ qdrant: { api_key: '${file:x#y}' }, backup: { retention: '30d' } }, {})).toEqual(
      [],
    );
  });
});

describe('what SSH needs of a session', () => {
  let home: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'vdb-ssh-'));
    env = { HOME: home, SSH_AUTH_SOCK: join(home, 'agent') };
  });

  afterEach(() => rm(home, { recursive: true }));

  function key(name: string, passphrase: string): string {
    const path = join(home, name);
    const { status } = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', path]);
    expect(status).toBe(0);
    return path;
  }

  const host = (more: object): HostConfig => hostSchema.parse({ name: 'db', address: '127.0.0.1', ...more });

  it('is nothing with a key without a passphrase, or with one that the configuration has', async () => {
    expect(await sshNeeds(host({ identity_file: key('plain', '') }), env)).toEqual([]);
    const closed = { identity_file: key('closed', 'open sesame'), identity_passphrase: 'open sesame' };
    expect(await sshNeeds(host(closed), env)).toEqual([]);
  });

  it('is nothing without SSH', async () => {
    expect(await sshNeeds(host({ connection: 'local' }), env)).toEqual([]);
  });

  it('is an agent where there is no key file', async () => {
    expect(await sshNeeds(host({}), env)).toEqual([
      expect.stringMatching(/no SSH agent.* for root@127\.0\.0\.1:22.*set identity_file/),
    ]);
  });

  it('is a passphrase for a key that has one', async () => {
    const needs = await sshNeeds(host({ identity_file: key('closed', 'open sesame') }), env);
    expect(needs).toEqual([
      expect.stringMatching(/closed is encrypted.*neither an SSH agent nor anybody to ask/),
    ]);
  });
});
