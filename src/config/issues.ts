import type { z } from 'zod';
import { isSecretPath, knownKeys } from './keys.js';
import { nearest } from './nearest.js';
import { type ConfigPath, valueAt } from './path.js';
import { hasReference } from './reference.js';

type ZodIssue = z.core.$ZodIssue;

/** Something wrong with the data, not yet tied to a place in a file. */
export interface Issue {
  path: ConfigPath;
  message: string;
  /** Whether the key is at fault rather than its value. */
  atKey?: boolean;
}

/** Every issue of the schema in words. `raw` is the data before references were resolved: what people wrote. */
export function describeIssues(issues: readonly ZodIssue[], raw: unknown): Issue[] {
  return issues.flatMap((issue) => describeIssue(issue, raw));
}

function describeIssue(issue: ZodIssue, raw: unknown): Issue[] {
  const path = issue.path as ConfigPath;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...path, key]));
  if (issue.code === 'invalid_key') {
    const rule = issue.issues[0]?.message ?? 'is not a valid name';
    return [{ path, message: `the name ${rule}`, atKey: true }];
  }
  const found = valueAt(raw, path);
  if (found === undefined) return [{ path, message: `is missing; it ${expectation(issue)}`, atKey: true }];
  return [{ path, message: `${expectation(issue)}${foundText(found, path)}${suggestion(issue, found)}` }];
}

function unknownKey(path: ConfigPath): Issue {
  const known = knownKeys(path.slice(0, -1));
  const meant = nearest(String(path.at(-1)), known);
  const hint = meant === undefined ? `known keys: ${known.join(', ')}` : `did you mean ${meant}?`;
  return { path, message: `is not a known key; ${hint}`, atKey: true };
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  null: 'null',
};

function expectation(issue: ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${TYPES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map(String))}`;
    case 'too_small':
      return issue.message.startsWith('must')
        ? issue.message
        : `must ${bound(issue.origin, 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${bound(issue.origin, 'at most', issue.maximum)}`;
    case 'invalid_union':
      return union(issue);
    default:
      return issue.message;
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'array') return `have ${relation} ${limit} entries`;
  return origin === 'string' ? `have ${relation} ${limit} characters` : `be ${relation} ${limit}`;
}

function union(issue: ZodIssue & { code: 'invalid_union' }): string {
  if ('options' in issue && Array.isArray(issue.options))
    return `must be ${oneOf(issue.options.map(String))}`;
  if (issue.message.startsWith('must')) return issue.message;
  const choices = issue.errors.flatMap((branch) => branch.slice(0, 1)).map(expectation);
  return `must be ${choices.map((choice) => choice.replace(/^must be /, '')).join(' or ')}`;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function suggestion(issue: ZodIssue, found: unknown): string {
  const values = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const meant = typeof found === 'string' ? nearest(found, values) : undefined;
  return meant === undefined ? '' : ` (did you mean ${meant}?)`;
}

function foundText(value: unknown, path: ConfigPath): string {
  return isSecretPath(path) ? '' : `; found ${show(value)}`;
}

function show(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  return hasReference(value) ? 'what its reference stands for' : JSON.stringify(value);
}
