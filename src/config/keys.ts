import { configJsonSchema, type JsonSchema } from './json-schema.js';
import type { ConfigPath } from './path.js';

/** The schemas that may apply to the value at `path`: several where there is a choice, none for an unknown key. */
export function schemasAt(path: ConfigPath): JsonSchema[] {
  let current = alternatives(configJsonSchema());
  for (const part of path) {
    current = current.flatMap((schema) => {
      const child = childOf(schema, part);
      return child === undefined ? [] : alternatives(child);
    });
  }
  return current;
}

function alternatives(schema: JsonSchema): JsonSchema[] {
  const choices = schema.anyOf ?? schema.oneOf;
  return choices === undefined ? [schema] : choices.flatMap(alternatives);
}

function childOf(schema: JsonSchema, part: string | number): JsonSchema | undefined {
  if (typeof part === 'number') return schema.items;
  const properties = schema.properties ?? {};
  if (Object.hasOwn(properties, part)) return properties[part];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}

/** The keys that the mapping at `path` may have. */
export function knownKeys(path: ConfigPath): string[] {
  return [...new Set(schemasAt(path).flatMap((schema) => Object.keys(schema.properties ?? {})))];
}

/** Whether the value at `path` is a secret and must never be shown. */
export function isSecretPath(path: ConfigPath): boolean {
  return schemasAt(path).some((schema) => schema.writeOnly === true);
}

/** Whether the value at `path` is always text, so that text must not be read as a number or a switch. */
export function isTextPath(path: ConfigPath): boolean {
  const schemas = schemasAt(path);
  return schemas.length > 0 && schemas.every((schema) => schema.type === 'string');
}

/** Whether the value at `path` is a list. */
export function isListPath(path: ConfigPath): boolean {
  return schemasAt(path).some((schema) => schema.type === 'array');
}
