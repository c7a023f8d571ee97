import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { LabHost } from '../../support/lab.js';

/** Most tests are of something else, and every run on their hosts would install the gateway, and look at it. */
export async function withoutGateway({ directory }: Pick<LabHost, 'directory'>): Promise<void> {
  const file = join(directory, 'vdb.yaml');
  const document = parseDocument(await readFile(file, 'utf8'));
  document.setIn(['gateway', 'enabled'], false);
  await writeFile(file, document.toString());
}
