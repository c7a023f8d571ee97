import { messageOf } from '../errors.js';
import { readText } from './environment.js';
import { type ConfigPath, leaves, withValueAt } from './path.js';
import { hasReference, parseReferences, type Reference, type TextPart } from './reference.js';
import { type ReferenceScope, resolveReference } from './secret-sources.js';

/** Data whose references are resolved. */
export interface Resolved {
  data: unknown;
  /** Every value that a reference stood for, with the place it stands at. */
  values: { path: ConfigPath; value: string }[];
  /** References that could not be resolved. */
  failures: { path: ConfigPath; message: string }[];
}

/**
 * Resolves the references in the text values of `data` for which `applies` holds. Each reference is looked up
 * once. A value that is nothing but a reference becomes a number or a switch where the configuration wants one.
 */
export async function resolveReferences(
  data: unknown,
  scope: ReferenceScope,
  applies: (path: ConfigPath) => boolean,
): Promise<Resolved> {
  const resolved: Resolved = { data, values: [], failures: [] };
  const lookUp = remembering(scope);
  for (const { path, value } of leaves(data)) {
    if (typeof value !== 'string' || !hasReference(value) || !applies(path)) continue;
    try {
      const parts = parseReferences(value);
      const text = await join(parts, async (reference) => {
        const found = await lookUp(reference);
        resolved.values.push({ path, value: found });
        return found;
      });
      resolved.data = withValueAt(resolved.data, path, parts.length === 1 ? readText(path, text) : text);
    } catch (error) {
      resolved.failures.push({ path, message: messageOf(error) });
    }
  }
  return resolved;
}

type LookUp = (reference: Reference) => Promise<string>;

function remembering(scope: ReferenceScope): LookUp {
  const known = new Map<string, Promise<string>>();
  return (reference) => {
    const name = `${reference.kind}:${reference.argument}`;
    const value = known.get(name) ?? resolveReference(reference, scope);
    known.set(name, value);
    return value;
  };
}

async function join(parts: readonly TextPart[], lookUp: LookUp): Promise<string> {
  let text = '';
  for (const part of parts) text += typeof part === 'string' ? part : await lookUp(part);
  return text;
}
