import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { latenciesOf } from '../../bench/latency.js';
import type { BenchResult } from '../../bench/result.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { replaceFile } from '../../files.js';

/** Throws `report.unwritable` before anything is measured. */
export async function assertReportable(directory: string, cwd: string): Promise<void> {
  const path = resolve(cwd, directory);
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (error) {
    throw new VdbError(`The report cannot be written to ${directory}: ${messageOf(error)}`, {
      ...{ code: 'report.unwritable', exitCode: EXIT.usage },
      meaning: 'Nothing was measured.',
      next: 'Give --report a directory that can be written to.',
    });
  }
}

/** Writes a result as JSON, Markdown and HTML, and the latencies of each path for `vdb report`. Returns the files. */
export async function writeReport(directory: string, cwd: string, result: BenchResult): Promise<string[]> {
  const { benchHtml } = await import('../../ui/bench/html.js');
  const { benchMarkdown } = await import('../../ui/bench/markdown.js');
  const name = `bench-${result.host.name}-${result.at.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const texts = {
    json: jsonText(result),
    md: benchMarkdown(result),
    html: benchHtml(result),
    ...Object.fromEntries(
      latenciesOf(result).map(({ path, latency }) => [`${path}.latency.json`, jsonText(latency)]),
    ),
  };
  const files: string[] = [];
  for (const [kind, text] of Object.entries(texts)) {
    const file = join(directory, `${name}.${kind}`);
    await replaceFile(resolve(cwd, file), text);
    files.push(file);
  }
  return files;
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
