import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { releaseSchemaKind } from '../../../src/deploy/gateway/release-schema.js';

describe('the migrations of a release on the host', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'vdb-release-schema-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function install(
    name: string,
    source: string,
    migrations: Record<string, string> = {},
  ): Promise<string> {
    const directory = join(root, name);
    await mkdir(join(directory, 'migrations/versions'), { recursive: true });
    // As the installation of a release writes it.
    await writeFile(
      join(directory, 'manifest.json'),
      `{\n  "release": "${name}",\n  "source": "${source}",\n}\n`,
    );
    for (const [file, text] of Object.entries(migrations))
      await writeFile(join(directory, 'migrations/versions', file), text);
    return directory;
  }
  async function look(...directories: string[]) {
    const script = releaseSchemaKind.script(directories).source;
    const { stdout } = await promisify(execFile)('bash', ['-c', script]);
    return releaseSchemaKind.parse(stdout, directories);
  }
  const migration = (id: string, down: string | null, more = ''): string =>
    `"""What ${id} does."""\n\nrevision = "${id}"\ndown_revision = ${down === null ? 'None' : `"${down}"`}\n${more}`;

  test('are told in their order, each with its phase', async () => {
    const directory = await install('gateway-one', 'reference', {
      'a.py': migration('z', null),
      'b.py': migration('y', 'z', 'phase = "contract"\n'),
    });
    const [found] = await look(directory);
    expect(found).toMatchObject({
      status: 'known',
      value: [
        { id: 'z', phase: 'expand', title: 'What z does' },
        { id: 'y', phase: 'contract' },
      ],
    });
  });

  test("are none of ours where the release is one of one's own, or is gone", async () => {
    const own = await install('gateway-own', 'directory', { 'a.py': 'anything' });
    const ours = await install('gateway-ours', 'reference', { 'a.py': migration('a', null) });
    expect(await look(own, join(root, 'gone'), ours)).toMatchObject([
      { status: 'known', value: null },
      { status: 'known', value: null },
      { status: 'known', value: [{ id: 'a' }] },
    ]);
  });

  test('are unknown where a file is none', async () => {
    const broken = await install('gateway-broken', 'reference', { 'a.py': 'nothing' });
    await expect(look(broken)).rejects.toThrow('does not say which revision it is');
  });
});
