import { z } from 'zod';
import { configSchema } from './schema.js';

/** The part of JSON Schema that describes the configuration. */
export interface JsonSchema {
  description?: string;
  default?: unknown;
  examples?: unknown[];
  type?: string;
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  writeOnly?: boolean;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  [keyword: string]: unknown;
}

let schema: JsonSchema | undefined;

/** The configuration file as JSON Schema (draft 2020-12), for editors and for walking its keys. */
export function configJsonSchema(): JsonSchema {
  schema ??= z.toJSONSchema(configSchema, { io: 'input', override: dropSafeIntegerBounds }) as JsonSchema;
  return schema;
}

/** Bounds that say no more than that a number is one of JavaScript's are left out. */
export function dropSafeIntegerBounds({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
