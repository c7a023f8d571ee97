import type { Override } from './environment.js';
import { type ConfigPath, formatPath, isMapping, leaves, valueAt, withValueAt } from './path.js';

/** Where an effective value came from. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

/** The data of the file with every override applied. */
export interface Layered {
  data: unknown;
  /** The override that a value came from; undefined for values of the file and defaults. */
  overrideAt(path: ConfigPath): Override | undefined;
}

/** Flags given as a nested mapping, as an override. Keys without a value count as not given. */
export function flagOverrides(flags: Record<string, unknown>): Override[] {
  return [{ path: [], value: flags, origin: 'flag', source: 'command line' }];
}

/** Applies overrides in order: later ones win. Mappings are merged, everything else is replaced. */
export function applyOverrides(data: unknown, overrides: readonly Override[]): Layered {
  const merged = overrides.reduce((tree, override) => {
    const { path, value } = aroundKind(override);
    return withValueAt(tree, path, mergeValues(valueAt(tree, path), value));
  }, data);
  return { data: merged, overrideAt: (path) => overrides.findLast((override) => covers(override, path)) };
}

function aroundKind({ path, value }: Override): Pick<Override, 'path' | 'value'> {
  return path.at(-1) === 'from' ? { path: path.slice(0, -1), value: { from: value } } : { path, value };
}

/**
 * `patch` over `base`: mappings are merged key by key, everything else is replaced. A mapping of another kind
 * (`from`) is replaced too, because its keys mean something else.
 */
export function mergeValues(base: unknown, patch: unknown): unknown {
  if (!isMapping(base) || !isMapping(patch) || isOtherKind(base, patch)) return patch;
  const merged = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value !== undefined) merged[key] = mergeValues(valueAt(base, [key]), value);
  }
  return merged;
}

/** Whether both mappings say what kind they are (`from`), and differ. */
export function isOtherKind(base: Record<string, unknown>, patch: Record<string, unknown>): boolean {
  return base.from !== undefined && patch.from !== undefined && base.from !== patch.from;
}

function covers(override: Override, path: ConfigPath): boolean {
  if (override.path.some((part, index) => part !== path[index])) return false;
  const rest = path.slice(override.path.length);
  return rest.length === 0 || valueAt(override.value, rest) !== undefined;
}

/** The origin of every leaf of the effective configuration, by its formatted path. */
export function originsOf(config: unknown, file: unknown, layered: Layered): Map<string, Origin> {
  const origins = new Map<string, Origin>();
  for (const { path } of leaves(config)) {
    const origin =
      layered.overrideAt(path)?.origin ?? (valueAt(file, path) === undefined ? 'default' : 'file');
    origins.set(formatPath(path), origin);
  }
  return origins;
}
