import type { Resource } from '../engine/resource.js';
import type { ExecResult } from '../host/transport.js';
import { file } from './file.js';

/**
 * A file in /etc/cron.d. cron silently ignores files whose name has a dot and lines without a newline at
 * their end, so the first is refused and the second supplied.
 */
export function cronFile({ name, content }: { name: string; content: string }): Resource {
  if (!/^[A-Za-z0-9_-]+$/.test(name)) throw new Error(`cron would ignore a file named ${name}`);
  const text = content.endsWith('\n') ? content : `${content}\n`;
  const resource = file({ path: `/etc/cron.d/${name}`, content: text, mode: '0644', title: `cron ${name}` });
  return { ...resource, explain: (result) => explainCron(result) ?? resource.explain?.(result) ?? null };
}

function explainCron({ stderr }: ExecResult): { meaning: string; next: string } | null {
  if (!/mktemp: failed.*No such file or directory/.test(stderr)) return null;
  return { meaning: 'There is no /etc/cron.d: cron is not installed.', next: 'Install the package cron.' };
}
