import { describe, expect, it } from 'vitest';
import { renderQdrantUnit } from '../../../../src/services/qdrant/unit.js';
import { QDRANT, testConfig } from '../../../support/config.js';

const GIB = 1024 ** 3;

function lines(overrides: Record<string, unknown> = {}, memory?: number): string[] {
  return renderQdrantUnit(testConfig({ qdrant: { ...QDRANT, ...overrides } }), memory).split('\n');
}

describe('renderQdrantUnit', () => {
  it('starts the binary of the slot with the configuration of the slot', () => {
    expect(lines()).toContain(
      'ExecStart=/opt/qdrant/slots/%i/qdrant --config-path /opt/qdrant/config/qdrant-%i.yaml',
    );
  });

  it('refuses to start without a key in the configuration', () => {
    expect(lines()).toContain(
      "ExecStartPre=/bin/grep -Eq '^  api_key: .{16,}' /opt/qdrant/config/qdrant-%i.yaml",
    );
  });

  it('lets an instance write to its own slot alone', () => {
    expect(lines()).toContain('ReadWritePaths=-/data/qdrant/%i');
  });

  it('names both directories when the slots lie apart', () => {
    const slots = { blue: { storage: '/mnt/a/qdrant' }, green: { storage: '/mnt/b/qdrant' } };
    expect(lines({ slots })).toContain('ReadWritePaths=-/mnt/a/qdrant -/mnt/b/qdrant');
    expect(lines({ slots })).toContain('RequiresMountsFor=/data/qdrant /mnt/a/qdrant /mnt/b/qdrant');
  });

  it('limits memory to the plan on a host that has it', () => {
    expect(lines({ memory: '32GiB' }, 64 * GIB)).toContain(`MemoryMax=${32 * GIB}`);
    expect(lines({ memory: '32GiB' }, 32 * GIB).join('\n')).not.toContain('MemoryMax');
  });

  it('lets the emulator compile its code', () => {
    expect(lines()).toContain('MemoryDenyWriteExecute=yes');
    expect(lines({ artifact: { from: 'emulator' } })).not.toContain('MemoryDenyWriteExecute=yes');
  });

  it('leaves no tag of the template behind', () => {
    expect(renderQdrantUnit(testConfig())).not.toMatch(/<%|%>|undefined|null/);
  });
});
