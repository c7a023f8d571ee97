import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Check } from '../../../../src/checks/check.js';
import {
  catalogueList,
  explainData,
  explainText,
  thresholdYaml,
  waiverYaml,
} from '../../../../src/ui/check/explain.js';

const FREE: Check = {
  ...{ id: 'storage.free', group: 'storage', title: 'There is space', looksAt: 'the file system' },
  severity: ({ config }) => (config.qdrant.artifact.from === 'emulator' ? 'warning' : 'error'),
  why: 'A full disk stops every write.',
  threshold: { default: 25, unit: '% free' },
  judge: () => ({ status: 'pass', seen: '' }),
  remedy: 'Delete what is not needed.',
  fix: '0.3,1.1',
};

const VIEW = { color: false, columns: 80, flags: ['--lab', 'one'], expires: '2030-01-31' };

describe('explainText', () => {
  it('says what it looks at, why, how bad it is, and how it is repaired, tuned and accepted', () => {
    expect(explainText(FREE, VIEW).split('\n')).toEqual([
      'storage.free: There is space',
      '  looks at   the file system',
      '  why        A full disk stops every write.',
      '  severity   error, with the emulator warning: not ready, and no deploy, while',
      '             it does not hold',
      '  threshold  25 % free; another one in the configuration:',
      '             checks:',
      '               thresholds:',
      '                 storage.free: 25',
      '  remedy     Delete what is not needed.',
      '  repair     vdb --lab one check storage.free --fix',
      '             runs tasks 0.3, 1.1, then looks again',
      '  accept     checks:',
      '               waivers:',
      '                 - id: storage.free',
      '                   owner: WHO',
      '                   reason: WHY',
      '                   expires: 2030-01-31',
      '  read       docs/checks.md#storage-free',
    ]);
  });

  it('says that nothing repairs it where nothing does', () => {
    const { fix: _, threshold: __, ...check } = FREE;
    const text = explainText(check, VIEW);
    expect(text).toContain('  repair     nothing that vdb does by itself: follow the remedy');
    expect(text).not.toContain('threshold');
  });

  it('shows the scripts and what the configuration says', () => {
    const here = {
      scripts: [{ kind: 'disk', source: 'df -B1' }],
      ...{ skip: 'it is off', inspect: 'du -x', limit: 30 },
    };
    const text = explainText(FREE, VIEW, here);
    expect(text).toContain('  applies    not with this configuration: it is off');
    expect(text).toContain('25 % free (here 30);');
    expect(text).toContain('  look       du -x');
    expect(text).toMatch(/\n\n# disk, run on the host by bash\ndf -B1$/);
  });

  it('says of drift what its repair runs', () => {
    const text = explainText({ ...FREE, id: 'drift', group: 'drift' }, VIEW);
    expect(text).toContain('  repair     vdb --lab one provision --plan');
  });
});

describe('the snippets', () => {
  it('are YAML that the configuration takes', () => {
    expect(parse(thresholdYaml('storage.free', 25))).toEqual({
      checks: { thresholds: { 'storage.free': 25 } },
    });
    expect(parse(waiverYaml(FREE, '2030-01-31'))).toEqual({
      checks: {
        waivers: [{ id: 'storage.free', owner: 'WHO', reason: 'WHY', expires: '2030-01-31' }],
      },
    });
  });
});

describe('explainData', () => {
  it('says the same to machines', () => {
    expect(explainData(FREE, '2030-01-31')).toEqual({
      ...{ id: 'storage.free', group: 'storage', title: 'There is space', looks_at: 'the file system' },
      ...{ why: 'A full disk stops every write.', severity: 'error', opt_in: false },
      severity_elsewhere: [{ severity: 'warning', where: 'with the emulator' }],
      threshold: { default: 25, unit: '% free', key: 'checks.thresholds.storage.free' },
      remedy: 'Delete what is not needed.',
      fix: ['0.3', '1.1'],
      waiver: { id: 'storage.free', owner: 'WHO', reason: 'WHY', expires: '2030-01-31' },
      docs: 'docs/checks.md#storage-free',
    });
  });
});

describe('catalogueList', () => {
  it('has one line for each check, within the columns', () => {
    const long = {
      ...FREE,
      id: 'host.os',
      group: 'host' as const,
      title: 'word '.repeat(30),
      optIn: true as const,
    };
    const lines = catalogueList([FREE, long], VIEW).split('\n');
    expect(lines.map((line) => line.slice(0, 24))).toEqual([
      'host',
      '  host.os       error   ',
      'storage',
      '  storage.free  error   ',
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
