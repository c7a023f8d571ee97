import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { edgeRetired } from '../../../src/resources/edge-retired.js';

describe('an edge with nothing to serve', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'vdb-edge-retired-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const resource = () =>
    edgeRetired({ configuration: join(directory, 'haproxy.cfg'), certificate: join(directory, 'edge.pem') });

  /** What is to be done about a configuration with this content; undefined: there is none. */
  async function due(content?: string): Promise<string | null> {
    if (content !== undefined) await writeFile(join(directory, 'haproxy.cfg'), content);
    const { kind, arg } = resource().probe;
    const { stdout } = await promisify(execFile)('bash', ['-c', kind.script([arg]).source]);
    const [seen] = kind.parse(stdout, [arg]);
    if (seen?.status !== 'known') throw new Error('it could not be seen');
    return resource().diff(seen.value)?.summary ?? null;
  }

  test('is stopped, with its configuration and its key', async () => {
    const text = '# Written by vdb: changes here are overwritten.\nglobal\n';
    expect(await due(text)).toBe('stop HAProxy and remove its configuration');
    const [command] = resource().apply({ action: 'remove', summary: '' }, 'there');
    expect(command?.script.source).toContain('systemctl disable --now -- haproxy.service');
    expect(command?.script.source).toContain(`${directory}/edge.pem ${directory}/haproxy.cfg`);
  });

  test('is not there on most hosts', async () => {
    expect(await due()).toBeNull();
  });

  test("is left alone where it is somebody else's", async () => {
    expect(await due('global\n    log /dev/log local0\n# Written by vdb\n')).toBeNull();
  });
});
