import { describeIssues, type Issue } from './issues.js';
import { violations } from './rules.js';
import { type Config, configSchema } from './schema.js';

/** A configuration, or everything that is wrong with it. */
export type Validation = { config: Config; issues: [] } | { config?: never; issues: Issue[] };

/**
 * Checks data against the schema, then sections against each other. The rules between sections run for those
 * that are valid, so one wrong key does not hide the rest. `raw` is the data before references were resolved.
 */
export function validate(data: unknown, raw: unknown = data): Validation {
  const parsed = configSchema.safeParse(data);
  const valid = parsed.success ? parsed.data : validSections(data);
  const issues = [...(parsed.success ? [] : describeIssues(parsed.error.issues, raw)), ...violations(valid)];
  return parsed.success && issues.length === 0 ? { config: parsed.data, issues: [] } : { issues };
}

function validSections(data: unknown): Partial<Config> {
  const input = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const sections = Object.entries(configSchema.shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(input[name]);
    return parsed.success ? [[name, parsed.data] as const] : [];
  });
  return Object.fromEntries(sections) as Partial<Config>;
}
