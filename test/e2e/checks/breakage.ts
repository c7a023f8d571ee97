import { expect } from 'vitest';
import type { Document } from 'yaml';
import { type Ended, events, type LabHost } from '../../support/lab.js';
import { vdbWith } from '../support/configuration.js';

/** The checks that see a service which is down, whichever it is. */
export const DEPLOYMENT = /^deployment\./;

/** What `vdb check --json` says of one check. */
export interface CheckEvent {
  id: string;
  status: string;
  severity: string;
  seen: string;
  expected?: string;
  details?: string[];
  remedy?: string;
  fix?: string;
  command?: string;
}

/** One way of not being ready, and the check that must find it. */
export interface Breakage {
  /** The check that must fail. */
  id: string;
  /** Default `fail`; `warn` for a check that is a warning. */
  status?: 'fail' | 'warn' | 'unknown';
  /** What it must say that it saw, details included. */
  seen: RegExp;
  /** Other checks that may find it too; nothing else may get worse. */
  relatives?: readonly (string | RegExp)[];
  /** Bash as root on the host that breaks the thing. */
  break?: string;
  /** Edits the configuration under which it is checked, where that is what breaks or reaches the thing. */
  configure?: (document: Document) => void;
  /** Bash that mends it. Without it `vdb check ID --fix` must do so. */
  mend?: string;
}

/**
 * Breaks a thing on the host, sees its check and only its relatives get worse, with a remedy; mends it, by
 * `--fix` where nothing else is given, and sees the check as it was. Whatever happens, the thing is mended.
 */
export async function expectFound(host: LabHost, breakage: Breakage): Promise<void> {
  const { id, status = 'fail', seen, relatives = [], mend } = breakage;
  const edit = quickly(breakage.configure);
  const before = await looksWhole(host, id);
  try {
    if (breakage.break !== undefined) await host.inside(breakage.break);
    const broken = await looked(host, edit, id);
    const found = broken.get(id);
    expect(found, `${id} after it was broken`).toMatchObject({ id, status });
    expect([found?.seen, ...(found?.details ?? [])].join('\n')).toMatch(seen);
    expect(found?.remedy, `the remedy of ${id}`).toMatch(/\w/);
    const allowed = [id, ...relatives];
    expect(worse(before, broken).filter((each) => !allowed.some((one) => matches(one, each)))).toEqual([]);
    if (mend === undefined && breakage.break !== undefined) {
      const fixed = await vdbWith(host, edit, `check ${id} --fix --json`);
      expect(resultsOf(fixed).get(id)?.status, `${id} after --fix:\n${fixed.stdout}`).toBe(
        before.get(id)?.status,
      );
    }
  } finally {
    if (mend !== undefined) await host.inside(mend);
  }
  const mended = resultsOf(await vdbWith(host, quickly(), `check ${id} --json`));
  expect(mended.get(id)?.status, `${id} after it was mended`).toBe(before.get(id)?.status);
}

const whole = new Map<string, Promise<Map<string, CheckEvent>>>();

/**
 * Readiness of a host on which nothing is broken. Looked at once for a test file, as every test leaves the host as
 * it was; a check that readiness leaves out is looked at by itself.
 */
async function looksWhole(host: LabHost, id: string): Promise<Map<string, CheckEvent>> {
  let results = whole.get(host.container);
  if (results === undefined) {
    results = looked(host, quickly(), id);
    whole.set(host.container, results);
  }
  const known = await results;
  if (known.has(id)) return known;
  const alone = resultsOf(await vdbWith(host, quickly(), `check ${id} --json`));
  return new Map([...known, ...alone]);
}

/** Looks at the collections once, unless the edit has it otherwise: two looks are seconds apart. */
export function quickly(edit?: (document: Document) => void): (document: Document) => void {
  return (document) => {
    document.setIn(['checks', 'thresholds', 'collections.green'], 0);
    edit?.(document);
  };
}

/** Readiness, and the check itself where that has to be named, as the host is now. */
async function looked(
  host: LabHost,
  edit: (document: Document) => void,
  id: string,
): Promise<Map<string, CheckEvent>> {
  return resultsOf(await vdbWith(host, edit, `check readiness ${id} --json`));
}

/** The results of a run by id. Fails, with what was said, when the run gave none. */
export function resultsOf(ended: Ended): Map<string, CheckEvent> {
  const results = events(ended.stdout).filter(({ type }) => type === 'check.result');
  if (results.length === 0) throw new Error(`no check ran:\n${ended.stdout}${ended.stderr}`);
  return new Map(results.map((event) => [event.id as string, event as unknown as CheckEvent]));
}

const ORDER = ['pass', 'skip', 'waived', 'warn', 'unknown', 'fail'];

/** Of the machine, on which other tests run at the same time. */
const PRESSURE = 'host.pressure';

function worse(before: Map<string, CheckEvent>, after: Map<string, CheckEvent>): string[] {
  const rank = (results: Map<string, CheckEvent>, id: string): number =>
    ORDER.indexOf(results.get(id)?.status ?? 'pass');
  return [...after.keys()].filter((id) => id !== PRESSURE && rank(after, id) > rank(before, id));
}

function matches(one: string | RegExp, id: string): boolean {
  return typeof one === 'string' ? one === id : one.test(id);
}
