/** Where a value is in the configuration: keys of mappings and indexes of lists. */
export type ConfigPath = readonly (string | number)[];

/** A path as people write it: `hosts[0].address`, `os.sysctl["vm.swappiness"]`. */
export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** Whether a value is a mapping, neither a list nor null. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a path; undefined when there is none. */
export function valueAt(tree: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((value, part) => {
    if (Array.isArray(value)) return value[Number(part)];
    return isMapping(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  }, tree);
}

/** A copy of `tree` with `value` at `path`; mappings on the way are made where they are missing. */
export function withValueAt(tree: unknown, path: ConfigPath, value: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (typeof part === 'number') {
    const list = Array.isArray(tree) ? [...tree] : [];
    list[part] = withValueAt(list[part], rest, value);
    return list;
  }
  const mapping = isMapping(tree) ? tree : {};
  return { ...mapping, [part]: withValueAt(valueAt(mapping, [part]), rest, value) };
}

/** Every leaf below `tree`: scalars, null, and empty mappings and lists. */
export function* leaves(
  tree: unknown,
  path: ConfigPath = [],
): Generator<{ path: ConfigPath; value: unknown }> {
  const entries = childrenOf(tree);
  if (entries.length === 0) yield { path, value: tree };
  for (const [part, value] of entries) yield* leaves(value, [...path, part]);
}

function childrenOf(tree: unknown): [string | number, unknown][] {
  if (Array.isArray(tree)) return tree.map((value, index) => [index, value]);
  return isMapping(tree) ? Object.entries(tree) : [];
}
