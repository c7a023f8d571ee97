import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Document, parseDocument } from 'yaml';
import type { Ended, LabHost } from '../../support/lab.js';
import { site, vdb } from './site.js';

/** Runs vdb with the host's configuration changed by `edit`, from a file of its own. */
export async function vdbWith(
  host: LabHost,
  edit: (document: Document) => void,
  args: string,
): Promise<Ended> {
  const document = parseDocument(await readFile(join(host.directory, 'vdb.yaml'), 'utf8'));
  edit(document);
  const file = join(site.directory, `edited-${Math.random().toString(36).slice(2)}.yaml`);
  await writeFile(file, document.toString());
  return vdb(['--config', file, ...args.split(' ')]);
}
