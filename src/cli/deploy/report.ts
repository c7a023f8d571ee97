import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeployRecord } from '../../deploy/record.js';
import { replaceFile } from '../../files.js';
import { deployMarkdown } from '../../ui/deploy/status.js';

/** Writes the record of a deploy as Markdown and as JSON and gives the paths. */
export async function writeDeployReport(
  directory: string,
  record: DeployRecord,
  host: string,
): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const name = join(directory, `${record.kind}-${record.id}`);
  await replaceFile(`${name}.md`, deployMarkdown(record, host));
  await replaceFile(`${name}.json`, `${JSON.stringify(record, null, 2)}\n`);
  return [`${name}.md`, `${name}.json`];
}
