import { describe, expect, it } from 'vitest';
import { isSound } from '../../../../src/backup/drill/drill.js';
import type { DrilledPart } from '../../../../src/backup/drill/events.js';
import { DATABASE_PATTERN, drillDatabase, drillDirectory } from '../../../../src/backup/drill/names.js';
import { wordsOf } from '../../../../src/backup/drill/parts.js';
import { scratchConfig, startCommand } from '../../../../src/backup/drill/scratch-qdrant.js';
import { EXIT, VdbError } from '../../../../src/errors.js';
import { testConfig } from '../../../support/config.js';

const ID = '20261125T020000Z';
const part: DrilledPart = { path: 'a', kind: 'redis', bytes: 1, findings: [], durationMs: 1, seen: {} };

describe('a drill', () => {
  it('is sound when something was restored and nothing found', () => {
    expect(isSound([part])).toBe(true);
    expect(isSound([part, { ...part, skipped: 'off' }])).toBe(true);
    expect(isSound([part, { ...part, findings: ['wrong'] }])).toBe(false);
    expect(isSound([{ ...part, skipped: 'off' }])).toBe(false);
    expect(isSound([])).toBe(false);
  });

  it('names what it makes so that the next one finds it', () => {
    expect(drillDatabase(ID)).toMatch(new RegExp(DATABASE_PATTERN));
    expect('vector_metadata_restore_20261125t020000z').not.toMatch(new RegExp(DATABASE_PATTERN));
    expect(drillDirectory({ paths: { storage: '/data/qdrant' } } as never, ID)).toBe(
      `/data/qdrant/.drill-${ID}`,
    );
  });
});

describe('the words of a failure', () => {
  const error = (message: string, stderr: string) =>
    new VdbError(message, { code: 'x', exitCode: EXIT.failed, stderr });

  it('are the message and what the host said last', () => {
    expect(wordsOf(error('pg_restore failed', 'a\nb\nc\nd'))).toBe('pg_restore failed: b c d');
  });

  it('are not said twice', () => {
    expect(wordsOf(error('It failed: no space', 'no space'))).toBe('It failed: no space');
    expect(wordsOf(error('It failed', ''))).toBe('It failed');
  });
});

describe('the scratch Qdrant', () => {
  const config = testConfig();
  const keys = { api_key: 'k'.repeat(48), read_only_api_key: 'r'.repeat(48) };
  const ports = { http: 20001, grpc: 20002, p2p: 20003 };
  const scratch = scratchConfig(config, 'green', { directory: '/data/qdrant/.drill-x', ports, keys });
  const command = startCommand(scratch, 'green', '/data/qdrant/.drill-x');

  it('has ports, keys and directories of its own, and those of production nowhere', () => {
    const stdin = String(command.stdin);
    expect(stdin).toMatch(/^api-key: k+\n/);
    expect(stdin).toContain('"/data/qdrant/.drill-x/storage"');
    expect(stdin).toContain('http_port: 20001');
    expect(stdin).not.toContain(config.qdrant.api_key);
    expect(stdin).not.toContain('/green/storage');
  });

  it('has its keys in no command line', () => {
    expect(command.script.source).not.toContain(keys.api_key);
  });

  it('runs the binary of the slot, does not come back by itself, and gives way to production', () => {
    expect(command.script.source).toContain('/slots/green/qdrant --config-path');
    for (const property of ['Restart=no', 'CPUWeight=10', 'IOSchedulingClass=idle', 'User=qdrant'])
      expect(command.script.source).toContain(property);
  });
});
