import type { Config } from '../config/schema.js';
import { dayOf } from '../text.js';
import type { Check, Group } from './check.js';
import type { CheckReport } from './report.js';
import type { CheckResult } from './result.js';

/** What proves a line: all checks of a group, or one check. */
type Proof = { group: Group } | { id: string };

/** How a line can be done at all. */
type Rule =
  | { proofs: readonly Proof[] }
  /** No look at a host can prove it: a person does. */
  | { confirmed: Confirmation['line'] };

type Confirmation = Config['checks']['confirmations'][number];

/** The production readiness checklist of the documents (task 4.5), in our words, and what proves each line. */
const LINES: readonly { title: string; rule: Rule }[] = [
  {
    title: 'Every component was tested',
    rule: { proofs: groups('host', 'qdrant', 'collections', 'postgres', 'redis') },
  },
  {
    title: 'The performance targets are met',
    rule: { proofs: checks('performance.latency', 'performance.throughput', 'performance.recall') },
  },
  {
    title: 'The security audit was passed',
    rule: {
      proofs: [...groups('access', 'network', 'tls'), ...checks('qdrant.auth', 'redis.auth')],
    },
  },
  { title: 'Data can be recovered after a disaster', rule: { proofs: groups('backups') } },
  { title: 'It held under load', rule: { proofs: checks('performance.errors') } },
  {
    title: 'Deployment is automated',
    rule: { proofs: groups('deployment') },
  },
  {
    title: 'Health checks work',
    rule: { proofs: checks('qdrant.livez', 'qdrant.readyz', 'postgres.accepts', 'redis.ping') },
  },
  { title: 'Monitoring and alerting work', rule: { proofs: groups('monitoring') } },
  { title: 'The documentation is complete', rule: { confirmed: 'documentation' } },
  { title: 'The operations team is trained', rule: { confirmed: 'training' } },
];

function groups(...names: Group[]): Proof[] {
  return names.map((group) => ({ group }));
}

function checks(...ids: string[]): Proof[] {
  return ids.map((id) => ({ id }));
}

/** `open`: seen not to hold, or left out by the configuration. `unknown`: not looked at, or not to be seen. */
export type LineStatus = 'done' | 'open' | 'unknown';

/** One piece of evidence for or against a line. */
export interface Evidence {
  status: LineStatus;
  text: string;
}

export interface ChecklistLine {
  title: string;
  status: LineStatus;
  /** Of what it rests on: the look, or the confirmation. As in `2030-01-31`, UTC. */
  date?: string;
  evidence: readonly Evidence[];
  /** Words after `vdb … check`, or YAML to add to the configuration, that bring what is missing. */
  next?: { words: string } | { yaml: string };
}

/** Computes every line from what was seen. Nothing is done unless all that proves it was seen to pass. Pure. */
export function checklistOf(report: CheckReport, catalogue: readonly Check[]): ChecklistLine[] {
  return LINES.map(({ title, rule }) => {
    if ('confirmed' in rule) return confirmedLine(title, rule.confirmed, report);
    return provenLine(title, rule.proofs, report, catalogue);
  });
}

/** The worst evidence decides: what is open, then what is not known. */
function lineOf(title: string, evidence: readonly Evidence[]): ChecklistLine {
  const has = (status: LineStatus): boolean => evidence.some((each) => each.status === status);
  return { title, evidence, status: has('open') ? 'open' : has('unknown') ? 'unknown' : 'done' };
}

function provenLine(
  title: string,
  proofs: readonly Proof[],
  report: CheckReport,
  catalogue: readonly Check[],
): ChecklistLine {
  const { results } = report;
  const line = lineOf(
    title,
    proofs.flatMap((proof) => evidenceOf(proof, results, catalogue)),
  );
  const asked = proofs.some((proof) => matching(proof, results).length > 0);
  const unrun = proofs.flatMap((proof) => notRun(proof, results, catalogue));
  const named = [...new Set(unrun.filter(({ optIn }) => optIn === true).map(({ group }) => group))];
  return {
    ...line,
    ...(asked ? { date: dayOf(report.at) } : {}),
    ...(unrun.length === 0 ? {} : { next: { words: ['readiness', ...named, '--checklist'].join(' ') } }),
  };
}

/** What a proof rests on. What only runs when it is named is part of it only where there is nothing else. */
function needed(proof: Proof, catalogue: readonly Check[]): Check[] {
  const all = matching(proof, catalogue);
  const regular = all.filter(({ optIn }) => optIn !== true);
  return regular.length === 0 ? all : regular;
}

function notRun(proof: Proof, results: readonly CheckResult[], catalogue: readonly Check[]): Check[] {
  return needed(proof, catalogue).filter(({ id }) => !results.some((result) => result.id === id));
}

function matching<Entry extends { id: string; group: Group }>(
  proof: Proof,
  entries: readonly Entry[],
): Entry[] {
  return entries.filter(({ id, group }) => ('group' in proof ? proof.group === group : proof.id === id));
}

function nameOf(proof: Proof): string {
  return 'group' in proof ? proof.group : proof.id;
}

/** What one group or check brings to its line. */
function evidenceOf(proof: Proof, results: readonly CheckResult[], catalogue: readonly Check[]): Evidence[] {
  const name = nameOf(proof);
  const expected = needed(proof, catalogue);
  const own = matching(proof, results);
  if (expected.length === 0) return [{ status: 'unknown', text: `${name}: vdb has no check for it` }];
  if (own.length === 0) return [{ status: 'unknown', text: `${name}: was not looked at` }];
  const passed = own.filter(({ status }) => status === 'pass');
  const waived = own.filter(({ status }) => status === 'waived');
  const skipped = own.filter(({ status }) => status === 'skip');
  const missing = notRun(proof, results, catalogue);
  return [
    ...evidenceIf(passed.length > 0, 'done', passedText(proof, passed)),
    ...waived.map((result): Evidence => ({ status: 'done', text: waivedText(result) })),
    ...own.filter(({ status }) => status === 'fail' || status === 'warn').map(openEvidence),
    ...own.filter(({ status }) => status === 'unknown').map(unseenEvidence),
    ...skippedEvidence(name, skipped, own),
    ...evidenceIf(
      missing.length > 0,
      'unknown',
      `${name}: ${missing.length} of ${expected.length} not looked at`,
    ),
  ];
}

function evidenceIf(holds: boolean, status: LineStatus, text: string): Evidence[] {
  return holds ? [{ status, text }] : [];
}

function passedText(proof: Proof, passed: readonly CheckResult[]): string {
  return 'id' in proof ? `${proof.id}: ${passed[0]?.seen ?? ''}` : `${proof.group}: ${passed.length} passed`;
}

function waivedText({ id, seen, waiver }: CheckResult): string {
  return `${id}: ${seen}; waived until ${waiver?.expires} by ${waiver?.owner}: ${waiver?.reason}`;
}

function openEvidence({ id, status, seen, expected }: CheckResult): Evidence {
  const word = status === 'warn' ? 'warning' : 'failed';
  return {
    status: 'open',
    text: `${id}: ${word}: ${seen}${expected === undefined ? '' : `, expected ${expected}`}`,
  };
}

function unseenEvidence({ id, seen }: CheckResult): Evidence {
  return { status: 'unknown', text: `${id}: could not be seen: ${seen}` };
}

/** A check that does not apply is no proof: beside others it is only told, alone it leaves the line open. */
function skippedEvidence(
  name: string,
  skipped: readonly CheckResult[],
  own: readonly CheckResult[],
): Evidence[] {
  if (skipped.length === 0) return [];
  if (skipped.length < own.length)
    return [{ status: 'done', text: `${name}: ${skipped.length} skipped, not counted` }];
  const reasons = [...new Set(skipped.map(({ seen }) => seen))].join('; ');
  return [{ status: 'open', text: `${name}: skipped, which proves nothing: ${reasons}` }];
}

/** The newest confirmation counts; one that is dated ahead confirms nothing yet. */
function confirmedLine(title: string, line: Confirmation['line'], report: CheckReport): ChecklistLine {
  const own = (report.confirmations ?? []).filter((each) => each.line === line);
  const [last] = [...own].sort((a, b) => b.date.localeCompare(a.date));
  if (last === undefined) {
    const text = 'nobody has confirmed it; no look at a host can prove it';
    return {
      ...lineOf(title, [{ status: 'unknown', text }]),
      next: { yaml: confirmationYaml(line, report.at) },
    };
  }
  const { owner, evidence, date } = last;
  const ahead = date > dayOf(report.at);
  const text = `confirmed by ${owner}: ${evidence}${ahead ? ', but dated ahead' : ''}`;
  return { ...lineOf(title, [{ status: ahead ? 'unknown' : 'done', text }]), date };
}

function confirmationYaml(line: Confirmation['line'], at: Date): string {
  return [
    'checks:',
    '  confirmations:',
    `    - line: ${line}`,
    '      owner: WHO',
    '      evidence: WHERE IT CAN BE LOOKED UP',
    `      date: ${dayOf(at)}`,
  ].join('\n');
}
