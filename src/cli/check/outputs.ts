import { EXIT, VdbError } from '../../errors.js';
import { FORMATS, type FormatName } from '../../ui/check/formats.js';

/** The checklist is no format of the results: it is computed from them. */
export type OutputForm = FormatName | 'checklist-md' | 'checklist-html';

/** One form of the report, and where it goes: without a file to stdout. */
export interface Output {
  format: OutputForm;
  file?: string;
}

/** The options of `vdb check` that say what comes out. */
export interface OutputOptions {
  /** `table`, or `junit=out.xml`. */
  format?: readonly string[];
  /** File of the one format. */
  output?: string;
  /** Short for `--format junit=FILE`. */
  junit?: string;
  /** Files for the checklist; empty for stdout. */
  checklist?: readonly string[];
}

/**
 * What is to be written where: a table on stdout unless another form goes there. Throws when two forms want
 * stdout, or when `json` (the global option) has it already.
 */
export function outputsOf(
  { format = [], output, junit, checklist = [] }: OutputOptions,
  json: boolean,
): Output[] {
  const named = format.flatMap((text) => text.split(',')).map(parse);
  const outputs = withFile(named, output);
  if (junit !== undefined) outputs.push({ format: 'junit', file: junit });
  outputs.push(...checklist.map(checklistOutput));
  const onStdout = outputs.filter(({ file }) => file === undefined);
  if (onStdout.length + Number(json) > 1) {
    throw usage(
      `${[...onStdout.map(wordOf), ...(json ? ['--json'] : [])].join(' and ')} cannot both go to stdout`,
      'Give a file to all but one: --format junit=out.xml --format github',
    );
  }
  return onStdout.length === 0 && !json ? [{ format: 'table' }, ...outputs] : outputs;
}

function parse(text: string): Output {
  const [name = '', file] = text.split(/=(.*)/s);
  if (!Object.hasOwn(FORMATS, name)) {
    throw usage(`There is no format "${name}"`, `Write one of ${Object.keys(FORMATS).join(', ')}.`);
  }
  if (file === '') throw usage(`--format ${name}= names no file`, `Write --format ${name}=out.${name}.`);
  return { format: name as FormatName, ...(file === undefined ? {} : { file }) };
}

/** The end of a file's name says what is written to it. */
function checklistOutput(file: string): Output {
  if (file === '') return { format: 'checklist-md' };
  if (/\.(md|markdown)$/i.test(file)) return { format: 'checklist-md', file };
  if (/\.html?$/i.test(file)) return { format: 'checklist-html', file };
  throw usage(
    `--checklist cannot tell what to write to ${file}`,
    'Name a file that ends in .md or .html, or none for Markdown on stdout.',
  );
}

function wordOf({ format }: Output): string {
  return format === 'checklist-md' ? '--checklist' : format;
}

function withFile(outputs: Output[], file: string | undefined): Output[] {
  if (file === undefined) return outputs;
  const [only, ...others] = outputs.filter((each) => each.file === undefined);
  if (only === undefined || others.length > 0) {
    throw usage('--output needs one --format to write', 'Write --format junit --output out.xml.');
  }
  return outputs.map((each) => (each === only ? { ...each, file } : each));
}

function usage(message: string, next: string): VdbError {
  return new VdbError(message, { code: 'usage', exitCode: EXIT.usage, next });
}
