import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import type { LabHost } from '../../support/lab.js';

/** Most tests are of something else, and every run on their hosts would install these parts, and look at them. */
export async function without(
  { directory }: Pick<LabHost, 'directory'>,
  ...parts: readonly ('gateway' | 'monitoring')[]
): Promise<void> {
  const file = join(directory, 'vdb.yaml');
  const document = parseDocument(await readFile(file, 'utf8'));
  for (const part of parts) document.setIn([part, 'enabled'], false);
  await writeFile(file, document.toString());
}
