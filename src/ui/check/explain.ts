import { type Check, GROUPS } from '../../checks/check.js';
import { type SeverityCase, severityCases } from '../../checks/sample.js';
import type { ProbeScript } from '../../checks/scripts.js';
import { columns } from '../columns.js';
import { indent, shortened, styleFor } from '../style.js';
import { wrapCommand, wrapWhole } from '../wrap.js';
import { documentationOf } from './data.js';

/** What can be said of a check only with a configuration. */
export interface InConfiguration {
  scripts: readonly ProbeScript[];
  /** Why it does not apply. */
  skip?: string;
  /** The command on the host that shows more. */
  inspect?: string;
  /** The threshold in force. */
  limit?: number;
}

export interface ExplainView {
  color: boolean;
  columns: number;
  flags: readonly string[];
  /** Proposed as the end of a waiver: `2030-01-31`. */
  expires: string;
}

const SEVERITY_WIDTH = 8;

/** Every check, one line each, by group. */
export function catalogueList(
  catalogue: readonly Check[],
  view: Omit<ExplainView, 'expires' | 'flags'>,
): string {
  const style = styleFor(view.color);
  const idWidth = Math.max(...catalogue.map(({ id }) => id.length));
  const width = view.columns - idWidth - SEVERITY_WIDTH - 6;
  return GROUPS.flatMap((group) => {
    const own = catalogue.filter((check) => check.group === group);
    if (own.length === 0) return [];
    const rows = own.map((check) => [
      check.id.padEnd(idWidth),
      severityWord(check).padEnd(SEVERITY_WIDTH),
      shortened(`${check.title}${check.optIn === true ? ' (only when named)' : ''}`, Math.max(20, width)),
    ]);
    return [style.bold(group), indent(columns(rows), '  ')];
  }).join('\n');
}

/** The severity on a plain host. */
function severityWord(check: Check): string {
  return severityCases(check)[0]?.severity ?? '';
}

/** "critical, with the emulator warning". */
export function severityText(cases: readonly SeverityCase[]): string {
  return cases
    .map(({ severity, where }) => (where === undefined ? severity : `${where} ${severity}`))
    .join(', ');
}

const MEANING = {
  critical: 'not ready while it does not hold',
  error: 'not ready, and no deploy, while it does not hold',
  warning: 'worth knowing, never in the way',
} as const;

const LABEL_WIDTH = 11;

/** All about one check: what it looks at, why, how bad it is, and how it is repaired, tuned and accepted. */
export function explainText(check: Check, view: ExplainView, here?: InConfiguration): string {
  const style = styleFor(view.color);
  const width = Math.max(40, view.columns - LABEL_WIDTH - 2);
  const block = (label: string, lines: readonly string[]): string[] =>
    lines.map((line, index) => `  ${style.dim((index === 0 ? label : '').padEnd(LABEL_WIDTH))}${line}`);
  const prose = (label: string, text: string): string[] => block(label, wrapWhole(text, width));
  const cases = severityCases(check);
  const command = repairCommand(check, view.flags);
  return [
    `${style.bold(check.id)}: ${check.title}`,
    ...prose('looks at', check.looksAt),
    ...prose('why', check.why),
    ...prose('severity', `${severityText(cases)}: ${MEANING[cases[0]?.severity ?? 'warning']}`),
    ...(check.optIn === true ? prose('runs', 'only when it or its group is named') : []),
    ...(here?.skip === undefined ? [] : prose('applies', `not with this configuration: ${here.skip}`)),
    ...thresholdBlock(check, here, block),
    ...prose('remedy', check.remedy),
    ...(here?.inspect === undefined ? [] : block('look', wrapCommand(here.inspect, width))),
    ...block('repair', [
      ...(command === undefined ? [] : wrapCommand(command, width)),
      ...wrapWhole(repairText(check), width),
    ]),
    ...block('accept', waiverYaml(check, view.expires).split('\n')),
    ...block('read', [documentationOf(check.id)]),
    ...(here === undefined ? [] : ['', scriptsText(check, here.scripts)]),
  ].join('\n');
}

function thresholdBlock(
  { id, threshold }: Check,
  here: InConfiguration | undefined,
  block: (label: string, lines: readonly string[]) => string[],
): string[] {
  if (threshold === undefined) return [];
  const inForce =
    here?.limit === undefined || here.limit === threshold.default ? '' : ` (here ${here.limit})`;
  return block('threshold', [
    `${threshold.default} ${threshold.unit}${inForce}; another one in the configuration:`,
    ...thresholdYaml(id, threshold.default).split('\n'),
  ]);
}

/** The part of the configuration that sets the threshold of a check. */
export function thresholdYaml(id: string, value: number): string {
  return ['checks:', '  thresholds:', `    ${id}: ${value}`].join('\n');
}

/** The part of the configuration that accepts what a check finds, for a time. */
export function waiverYaml({ id }: Pick<Check, 'id'>, expires: string): string {
  return [
    'checks:',
    '  waivers:',
    `    - id: ${id}`,
    '      owner: WHO',
    '      reason: WHY',
    `      expires: ${expires}`,
  ].join('\n');
}

function repairCommand({ id, group, fix }: Check, flags: readonly string[]): string | undefined {
  const vdb = ['vdb', ...flags].join(' ');
  if (group === 'drift') return `${vdb} provision --plan`;
  return fix === undefined ? undefined : `${vdb} check ${id} --fix`;
}

/** What vdb does about a finding, in words. */
export function repairText({ group, fix }: Pick<Check, 'group' | 'fix'>): string {
  if (group === 'drift') return 'the plan names the tasks that bring back what differs; --fix runs them';
  if (fix === undefined) return 'nothing that vdb does by itself: follow the remedy';
  const ids = fix.split(',');
  return `runs task${ids.length === 1 ? '' : 's'} ${ids.join(', ')}, then looks again`;
}

function scriptsText(check: Check, scripts: readonly ProbeScript[]): string {
  const other =
    check.look === undefined ? [] : ['It does not only ask the shell of the host: see what it looks at.'];
  const sources = scripts.map(({ kind, source }) => `# ${kind}, run on the host by bash\n${source}`);
  return [...other, ...sources].join('\n\n');
}

/** A check as data. */
export function explainData(check: Check, expires: string, here?: InConfiguration): Record<string, unknown> {
  const { id, group, title, looksAt, why, threshold, remedy, fix, optIn } = check;
  const [plain, ...others] = severityCases(check);
  return {
    ...{ id, group, title, looks_at: looksAt, why, severity: plain?.severity },
    ...(others.length === 0 ? {} : { severity_elsewhere: others }),
    ...(threshold === undefined ? {} : { threshold: { ...threshold, key: `checks.thresholds.${id}` } }),
    remedy,
    ...(fix === undefined ? {} : { fix: fix.split(',') }),
    opt_in: optIn === true,
    waiver: { id, owner: 'WHO', reason: 'WHY', expires },
    docs: documentationOf(id),
    ...(here === undefined ? {} : here),
  };
}
