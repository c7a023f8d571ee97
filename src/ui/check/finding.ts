import { blocks, type CheckResult } from '../../checks/result.js';
import { printable } from '../../text.js';
import { commandOf } from './data.js';

/** One thing that is said of a finding. A command is copied, so it is never wrapped like prose. */
export interface Saying {
  label: string;
  text: string;
  isCommand?: true;
}

/** What was seen, what was expected, what to do, and the commands for it. */
export function sayings(result: CheckResult, flags: readonly string[]): Saying[] {
  const { status, details = [], expected, remedy, inspect } = result;
  const isWaived = status === 'waived';
  const isUnseen = status === 'unknown' || status === 'skip';
  return [
    { label: isUnseen ? 'why' : 'seen', text: seenOf(result) },
    ...details.map((detail) => ({ label: '', text: printable(detail) })),
    ...said('expected', expected),
    ...said('waiver', waiverText(result)),
    ...(isWaived ? [] : said('remedy', remedy)),
    ...(isWaived ? [] : commanded('look', inspect)),
    ...commanded('run', commandOf(result, flags)),
  ];
}

function said(label: string, text: string | undefined): Saying[] {
  return text === undefined ? [] : [{ label, text: printable(text) }];
}

function commanded(label: string, text: string | undefined): Saying[] {
  return text === undefined ? [] : [{ label, text, isCommand: true }];
}

/** What was seen, on one line. */
export function seenOf({ seen }: CheckResult): string {
  return printable(seen);
}

/** Who accepts a finding, until when and why; also of a waiver that has expired. */
export function waiverText({ waiver }: CheckResult): string | undefined {
  if (waiver === undefined) return undefined;
  const { owner, reason, expires, expired } = waiver;
  return `${expired ? 'expired after' : 'until'} ${expires}, ${owner}: ${reason}`;
}

/** The sayings as lines of text: `seen: nothing listens`. */
export function findingLines(result: CheckResult, flags: readonly string[]): string[] {
  return sayings(result, flags).map(({ label, text }) => (label === '' ? `  ${text}` : `${label}: ${text}`));
}

/** Whether a result did not pass, yet does not stand in the way: a warning, or a warning that could not be judged. */
export function isNoted(result: CheckResult): boolean {
  return result.status === 'warn' || (result.status === 'unknown' && !blocks(result));
}
