import { describe, expect, it } from 'vitest';
import {
  askBefore,
  assertNode,
  type Before,
  broughtBy,
  packageRecord,
  packagesFor,
} from '../../../../src/backup/schedule/before.js';
import { FACTS } from '../../checks/support.js';

const BEFORE: Before = { systemd: true, node: null, installed: [], brought: [], removals: [] };
const UBUNTU = {
  ...FACTS,
  os: { id: 'ubuntu', version: '24.04', codename: 'noble', name: 'Ubuntu 24.04 LTS' },
};

describe('the Node of the server', () => {
  it.each(['20.19.0', '20.19.2', '22.1.0', '24.0.0'])('%s runs vdb', (node) => {
    expect(() => assertNode(UBUNTU, { ...BEFORE, node })).not.toThrow();
  });

  it.each(['18.19.1', '20.18.3'])('%s does not', (node) => {
    expect(() => assertNode(FACTS, { ...BEFORE, node })).toThrow(`one has Node ${node}, and vdb needs 20.19`);
  });

  it('is what the distribution offers where there is none', () => {
    expect(() => assertNode(FACTS, BEFORE)).not.toThrow();
    const refusal = (() => {
      try {
        assertNode(UBUNTU, BEFORE);
        return undefined;
      } catch (error) {
        return error;
      }
    })();
    expect(refusal).toMatchObject({
      message: 'Ubuntu 24.04 LTS offers Node 18.19, and vdb needs 20.19 or later',
      details: { code: 'schedule.node', next: expect.stringContaining('--on here') },
    });
  });
});

describe('the packages that install brought', () => {
  it('are those that were missing, then or earlier', () => {
    expect(broughtBy('timer', BEFORE)).toEqual(['nodejs']);
    expect(broughtBy('timer', { ...BEFORE, installed: ['nodejs'] })).toEqual([]);
    expect(broughtBy('cron', { ...BEFORE, installed: ['nodejs'], brought: ['nodejs'] })).toEqual([
      'cron',
      'nodejs',
    ]);
  });

  it('are not those of a Node that is no package', () => {
    expect(packagesFor('timer', { ...BEFORE, node: '22.1.0' })).toEqual([]);
    expect(packagesFor('cron', { ...BEFORE, node: '22.1.0', installed: ['nodejs'] })).toEqual([
      'nodejs',
      'cron',
    ]);
  });

  const { kind } = askBefore('/record');
  const answer = (...lines: string[]) => kind.parse(`${lines.join('\n')}\nend\n`, ['/record'])[0];
  const record = `record ${Buffer.from(packageRecord(['nodejs'])).toString('base64')}`;

  it('are read back, with what goes with them and who needs them', () => {
    const seen = answer(
      'systemd yes',
      'node v20.19.2',
      'installed nodejs ii ',
      'installed cron rc ',
      record,
      'goes nodejs libnode115',
      'goes nodejs nodejs',
      'needed nodejs npm',
    );
    expect(seen).toEqual({
      status: 'known',
      value: {
        systemd: true,
        node: '20.19.2',
        installed: ['nodejs'],
        brought: ['nodejs'],
        removals: [{ package: 'nodejs', goes: ['libnode115', 'nodejs'], neededBy: ['npm'] }],
      },
    });
  });

  it('are none without a record', () => {
    expect(answer('systemd no', 'node ', 'record ')).toMatchObject({
      value: { systemd: false, node: null, brought: [], removals: [] },
    });
  });

  it('are not known from an answer that was cut or a record that is none', () => {
    expect(() => kind.parse('systemd yes\n', ['/record'])).toThrow('cut');
    expect(() => answer('record e30=')).toThrow('cannot be read');
  });
});
