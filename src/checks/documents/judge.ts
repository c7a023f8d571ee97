import type { Step } from '../../engine/plan.js';
import type { Observation } from '../../host/probe.js';
import type { Check, CheckStatus } from '../check.js';
import { blockingIds, type CheckResult, isReady } from '../result.js';
import type { CriterionSpec, DocumentSpec, Evidence } from './document.js';

/**
 * How a criterion stands. Only `holds` is one that holds.
 * - `accepted`: it does not hold in full, and the configuration or the check's severity accepts that.
 * - `foreign`: what is missing is not this host's to set. - `left-out`: not part of this configuration, or not for a
 *   host to show.
 */
export type Standing = 'holds' | 'accepted' | 'foreign' | 'left-out' | 'unknown' | 'fails';

/** In which the worst of several is found. */
const WORST_FIRST: readonly Standing[] = ['fails', 'unknown', 'left-out', 'foreign', 'accepted', 'holds'];

/** How a criterion stands, and what was seen. */
export interface Judged extends CriterionSpec {
  standing: Standing;
  seen: string;
  details: readonly string[];
}

export interface JudgedDocument extends Omit<DocumentSpec, 'criteria'> {
  criteria: readonly Judged[];
}

/** What was seen on the host. */
export interface Seen {
  plan: Observation<readonly Step[]>;
  results: readonly CheckResult[];
}

interface Finding {
  standing: Standing;
  seen: string;
  details?: readonly string[];
}

/** The checks of the catalogue that these documents need. Pure. */
export function checksFor(documents: readonly DocumentSpec[], catalogue: readonly Check[]): Check[] {
  const evidence = documents.flatMap(({ criteria }) => criteria.flatMap((each) => each.evidence));
  const named = new Set(evidence.flatMap((each) => ('check' in each ? [each.check] : [])));
  const readiness = evidence.some((each) => 'readiness' in each);
  return catalogue.filter(({ id, optIn }) => named.has(id) || (readiness && optIn !== true));
}

/** How the criteria of a document stand. Pure. */
export function judgeDocument(
  document: DocumentSpec,
  seen: Seen,
  optIn: ReadonlySet<string>,
): JudgedDocument {
  return { ...document, criteria: document.criteria.map((each) => judgeCriterion(each, seen, optIn)) };
}

/** All of the evidence has to hold; the worst of it is said. */
function judgeCriterion(spec: CriterionSpec, seen: Seen, optIn: ReadonlySet<string>): Judged {
  const findings = spec.evidence.map((each) => findingOf(each, seen, optIn));
  const standing =
    WORST_FIRST.find((each) => findings.some((finding) => finding.standing === each)) ?? 'unknown';
  const worst = findings.filter((finding) => finding.standing === standing);
  const said = [...new Set(worst.map((finding) => finding.seen))];
  return {
    ...spec,
    standing,
    seen: said.length === 0 ? 'nothing decides it' : said.join('; '),
    details: [...new Set(worst.flatMap(({ details = [] }) => details))],
  };
}

function findingOf(evidence: Evidence, { plan, results }: Seen, optIn: ReadonlySet<string>): Finding {
  if ('beyond' in evidence) return { standing: 'left-out', seen: evidence.beyond };
  if ('subtask' in evidence) return ofSubtask(evidence.subtask, plan);
  if ('check' in evidence) return ofCheck(results.find(({ id }) => id === evidence.check));
  return ofReadiness(results.filter(({ id }) => !optIn.has(id)));
}

const STANDING_OF_CHECK: Readonly<Record<CheckStatus, Standing>> = {
  pass: 'holds',
  fail: 'fails',
  unknown: 'unknown',
  warn: 'accepted',
  waived: 'accepted',
  skip: 'left-out',
};

function ofCheck(result: CheckResult | undefined): Finding {
  if (result === undefined) return { standing: 'unknown', seen: 'its check did not run' };
  const { id, status, seen, details, waiver } = result;
  const accepted = status === 'waived' && waiver !== undefined ? ` (waived until ${waiver.expires})` : '';
  const named = status === 'pass' ? seen : `${id}: ${seen}`;
  return {
    standing: STANDING_OF_CHECK[status],
    seen: `${named}${accepted}`,
    ...(status === 'pass' || details === undefined ? {} : { details }),
  };
}

function ofReadiness(results: readonly CheckResult[]): Finding {
  if (isReady(results)) return { standing: 'holds', seen: `ready by ${results.length} checks` };
  const blocking = blockingIds(results);
  const failed = results.some(({ id, status }) => status === 'fail' && blocking.includes(id));
  return {
    standing: failed ? 'fails' : 'unknown',
    seen:
      blocking.length === 0 ? 'nothing could be looked at' : `not ready because of ${blocking.join(', ')}`,
  };
}

/** All steps of the sub-task have to be without difference; what is left of it is said beside those that are. */
function ofSubtask(id: string, plan: Observation<readonly Step[]>): Finding {
  if (plan.status !== 'known') return { standing: 'unknown', seen: plan.why };
  const steps = (plan.value ?? []).filter(({ subtask }) => subtask.id === id);
  if (steps.length === 0) return { standing: 'left-out', seen: 'this configuration has none of it' };
  const parts = steps.map((step) => ({ step, standing: standingOf(step) }));
  const standing = WORST_FIRST.find((each) => parts.some((part) => part.standing === each)) ?? 'unknown';
  if (standing === 'holds') return { standing, seen: `${counted(steps.length)} as configured` };
  const [first, ...others] = parts
    .filter((part) => part.standing === standing)
    .map(({ step }) => lineOf(step));
  const holding = parts.filter((part) => part.standing === 'holds').length;
  const beside = steps.length === 1 ? '' : ` (${holding} of ${steps.length} steps hold)`;
  return others.length === 0
    ? { standing, seen: `${first}${beside}` }
    : { standing, seen: `${others.length + 1} of ${steps.length} steps`, details: [first ?? '', ...others] };
}

function counted(steps: number): string {
  return steps === 1 ? '1 step' : `${steps} steps`;
}

function standingOf({ verdict }: Step): Standing {
  switch (verdict.status) {
    case 'ok':
      return 'holds';
    case 'change':
      return verdict.change.optional === undefined ? 'fails' : 'accepted';
    case 'refused':
      return 'fails';
    case 'foreign':
      return 'foreign';
    case 'left-out':
      return 'left-out';
    default:
      return 'unknown';
  }
}

function lineOf({ resource, verdict }: Step): string {
  if (verdict.status === 'ok') return resource.title;
  if (verdict.status === 'refused')
    return `${resource.title}: ${verdict.change.refused?.why ?? verdict.change.summary}`;
  if (verdict.status !== 'change') return `${resource.title}: ${verdict.why}`;
  const { optional, summary } = verdict.change;
  return `${resource.title}: ${optional === undefined ? summary : `${optional}, ${summary}`}`;
}

/** How many criteria stand in each way. */
export function standingsOf(documents: readonly JudgedDocument[]): Record<Standing, number> {
  const counts = { holds: 0, accepted: 0, foreign: 0, 'left-out': 0, unknown: 0, fails: 0 };
  for (const { standing } of documents.flatMap(({ criteria }) => criteria)) counts[standing]++;
  return counts;
}

/** Whether everything holds that is part of this release; nothing at all is not enough. */
export function allHold(documents: readonly JudgedDocument[]): boolean {
  const { holds, fails, unknown } = standingsOf(documents);
  return holds > 0 && fails + unknown === 0;
}
