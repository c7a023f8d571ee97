import { defineResource, type Resource } from '../engine/resource.js';
import { ask } from '../host/probe.js';
import { sh } from '../host/shell.js';
import { type PathState, pathKind } from './path-probe.js';

/** Nothing at `path`. Directories go with what they hold, but never across a mount point. */
export function absent({ path }: { path: string }): Resource {
  if (!/^\/[^/]+\/[^/]/.test(path) || path.includes('/..')) {
    throw new Error(`refusing to manage the absence of ${path}`);
  }
  return defineResource<PathState>({
    id: `absent:${path}`,
    title: `no ${path}`,
    probe: ask(pathKind, { path }),
    diff: (have) => (have === null ? null : { action: 'remove', summary: `remove the ${have.type}` }),
    apply: () => [{ title: `remove ${path}`, script: sh`rm -rf --one-file-system -- ${path}` }],
  });
}
