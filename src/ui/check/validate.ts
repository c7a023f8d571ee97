import type { CriterionKind } from '../../checks/documents/document.js';
import {
  allHold,
  type Judged,
  type JudgedDocument,
  type Standing,
  standingsOf,
} from '../../checks/documents/judge.js';
import { count, duration, shortened, styleFor } from '../style.js';
import { wrap } from '../wrap.js';

/** What was validated, for whoever reads it. */
export interface Validation {
  host: string;
  documents: readonly JudgedDocument[];
  durationMs: number;
}

export interface ValidationView {
  color: boolean;
  columns: number;
  /** What was seen of what holds too, and every detail. */
  verbose: boolean;
}

const WORDS: Record<Standing, string> = {
  holds: 'ok',
  accepted: 'accepted',
  foreign: 'foreign',
  'left-out': 'left out',
  unknown: 'unknown',
  fails: 'FAILS',
};

const SECTIONS: readonly (readonly [CriterionKind, string])[] = [
  ['criterion', 'success criteria'],
  ['subtask', 'sub-tasks'],
  ['command', 'validation commands, by their meaning'],
];

const WORD_WIDTH = 10;
const MARGIN = ' '.repeat(4 + WORD_WIDTH);
const MOST_DETAILS = 6;

/** Each document with its criteria, one line for what holds; the rest with its reason. Then the verdict. */
export function validationText(validation: Validation, view: ValidationView): string {
  const { documents } = validation;
  return [
    ...documents.flatMap((document) => [documentText(document, view), '']),
    ...correctionLines(documents, view),
    verdictText(validation, view.color),
  ].join('\n');
}

function documentText(document: JudgedDocument, view: ValidationView): string {
  const style = styleFor(view.color);
  const sections = SECTIONS.flatMap(([kind, name]) => {
    const own = document.criteria.filter((each) => each.kind === kind);
    return own.length === 0
      ? []
      : [`  ${style.dim(name)}`, ...own.flatMap((each) => criterionLines(each, view))];
  });
  const { holds, 'left-out': left, fails, unknown } = standingsOf([document]);
  const due = document.criteria.length - left;
  const counts = [
    due === 0 ? 'nothing of it applies here' : `${holds} of ${due} hold`,
    ...(fails === 0 ? [] : [style.red(`${fails} fail`)]),
    ...(unknown === 0 ? [] : [style.magenta(`${unknown} unknown`)]),
    ...(left === 0 || due === 0 ? [] : [`${left} left out`]),
  ];
  return [`${style.bold(`${document.id} ${document.title}`)}: ${counts.join(', ')}`, ...sections].join('\n');
}

function criterionLines(judged: Judged, view: ValidationView): string[] {
  const { id, text, standing } = judged;
  const style = styleFor(view.color);
  const width = Math.max(30, view.columns - MARGIN.length);
  const paint = painter(standing, view.color);
  const head = `    ${paint(WORDS[standing].padEnd(WORD_WIDTH))}`;
  const named = id === undefined ? text : `${id} ${text}`;
  const holds = standing === 'holds';
  const whole = view.verbose || standing === 'fails' || standing === 'unknown';
  const [first = '', ...more] = whole ? wrap(named, width) : [shortened(named, width)];
  const said = holds && !view.verbose ? [] : wrap(judged.seen, width);
  const details = listed(judged.details, view).map((line) => shortened(`- ${line}`, width));
  return [
    `${head}${first}`,
    ...more.map((line) => `${MARGIN}${line}`),
    ...[...said, ...details].map((line) => `${MARGIN}${style.dim(line)}`),
  ];
}

function listed(details: readonly string[], { verbose }: ValidationView): string[] {
  if (verbose || details.length <= MOST_DETAILS + 1) return [...details];
  return [
    ...details.slice(0, MOST_DETAILS),
    `and ${details.length - MOST_DETAILS} more (all with --verbose)`,
  ];
}

function painter(standing: Standing, color: boolean): (text: string) => string {
  const { green, yellow, red, magenta, dim } = styleFor(color);
  return { holds: green, accepted: yellow, foreign: yellow, 'left-out': dim, unknown: magenta, fails: red }[
    standing
  ];
}

function correctionLines(documents: readonly JudgedDocument[], { color, columns }: ValidationView): string[] {
  const mistaken = documents.filter(({ corrections }) => corrections.length > 0);
  if (mistaken.length === 0) return [];
  const style = styleFor(color);
  const width = Math.max(30, columns - 6);
  return [
    style.bold('Where the documents are mistaken, and what was done instead'),
    ...mistaken.flatMap(({ id, corrections }) => [
      `  ${style.dim(id)}`,
      ...corrections.flatMap((text) =>
        wrap(text, width).map((line, index) => `    ${index === 0 ? '- ' : '  '}${line}`),
      ),
    ]),
    '',
  ];
}

/** "All hold: one, 53 hold, 24 left out, 10 documents, 5.2 s"; what is accepted does not hold, but nothing fails. */
function verdictText({ host, documents, durationMs }: Validation, color: boolean): string {
  const style = styleFor(color);
  const counts = standingsOf(documents);
  const { holds, fails, unknown, accepted, foreign } = counts;
  const open = documents.filter(
    (document) => standingsOf([document]).fails + standingsOf([document]).unknown > 0,
  );
  const held = accepted + foreign === 0 ? 'All hold' : 'Nothing fails';
  const missed = holds + fails + unknown === 0 ? 'Nothing to validate here' : 'Not all hold';
  const head = allHold(documents) ? style.green(held) : style.red(missed);
  const parts = [
    ...(open.length === 0 ? [] : [`see ${open.map(({ id }) => id).join(', ')}`]),
    `${holds} hold`,
    ...(fails === 0 ? [] : [`${fails} fail`]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
    ...(accepted === 0 ? [] : [`${accepted} accepted`]),
    ...(foreign === 0 ? [] : [`${foreign} not this host's to set`]),
    ...(counts['left-out'] === 0 ? [] : [`${counts['left-out']} left out`]),
    count(documents.length, 'document'),
    duration(durationMs),
  ];
  return `${head}: ${host}, ${parts.join(', ')}`;
}
