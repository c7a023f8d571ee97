import { appendFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CATALOGUE } from '../../checks/catalogue/index.js';
import { checklistOf } from '../../checks/checklist.js';
import { type CheckReport, failedReport } from '../../checks/report.js';
import type { Config } from '../../config/schema.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { replaceFile } from '../../files.js';
import { quote } from '../../host/shell.js';
import { checklistMarkdown } from '../../ui/check/checklist.js';
import { checklistHtml } from '../../ui/check/checklist-html.js';
import { checkData } from '../../ui/check/data.js';
import { type CheckView, FORMATS } from '../../ui/check/formats.js';
import { githubSummary } from '../../ui/check/github.js';
import { version } from '../../version.js';
import type { CommandContext } from '../context.js';
import { globalFlags } from '../global-options.js';
import { chooseHost, loadForRun } from '../session.js';
import { lineWidth } from '../terminal.js';
import type { Output, OutputForm } from './outputs.js';

/** Throws, before anything is looked at, where a directory stands in the place of a file to be written. */
export async function refuseDirectories(outputs: readonly Output[], cwd: string): Promise<void> {
  for (const { file } of outputs) if (file !== undefined) await refuseDirectory(file, cwd);
}

/** The same for one file. */
export async function refuseDirectory(file: string, cwd: string): Promise<void> {
  const found = await stat(resolve(cwd, file)).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  throw new VdbError(`The report cannot be written to ${file}, which is a directory`, {
    code: 'report.unwritable',
    exitCode: EXIT.usage,
    next: 'Name a file.',
  });
}

/** Writes a report in every wanted form, files first: who reads stdout may rely on them. */
export async function deliver(
  context: CommandContext<unknown>,
  report: CheckReport,
  outputs: readonly Output[],
): Promise<void> {
  const { terminal, global, emit, redactor, cwd, env } = context;
  const flags = globalFlags(global).map(quote);
  const view = {
    flags,
    color: terminal.color.out,
    columns: lineWidth(terminal),
    verbose: global.verbose,
  };
  const byFile = [...outputs].sort((a, b) => Number(a.file === undefined) - Number(b.file === undefined));
  for (const { format, file } of byFile) {
    if (file === undefined) terminal.out(await textOf(format, report, view));
    else {
      const text = await textOf(format, report, { ...view, color: false, columns: Number.POSITIVE_INFINITY });
      await writeReport(file, cwd, redactor.mask(text));
    }
    const summary = env.GITHUB_STEP_SUMMARY;
    if (format === 'github' && summary !== undefined && summary !== '')
      await written(summary, () => appendFile(summary, redactor.mask(githubSummary(report, view))));
  }
  for (const result of report.results) emit({ type: 'check.result', ...checkData(result, flags) });
}

/**
 * Writes in every wanted form that nothing could be looked at, and why. The table needs none: the error is told there
 * by itself. What cannot be written is only said: the error itself comes first.
 */
export async function deliverFailure(
  context: CommandContext<unknown>,
  error: VdbError,
  outputs: readonly Output[],
): Promise<void> {
  const wanted = outputs.filter(({ format, file }) => format !== 'table' || file !== undefined);
  if (wanted.length === 0) return;
  try {
    const { report } = await failedLook(context, error);
    await deliver(context, report, wanted);
  } catch (other) {
    context.terminal.alert(messageOf(other));
  }
}

/** The report of a look that failed, and the configuration that it was made with. */
export async function failedLook(
  context: CommandContext<unknown>,
  error: VdbError,
): Promise<{ config: Config; report: CheckReport }> {
  const { config } = await loadForRun(context);
  const report = failedReport({
    host: chooseHost(config, context.global.host).name,
    target: error.details.host ?? '',
    failure: context.redactor.mask(error.message),
    exitCode: error.exitCode,
    at: new Date(),
    durationMs: 0,
    vdb: version(),
  });
  return { config, report };
}

async function textOf(form: OutputForm, report: CheckReport, view: CheckView): Promise<string> {
  if (form !== 'checklist-md' && form !== 'checklist-html') return FORMATS[form](report, view);
  const checklist = { report, lines: checklistOf(report, CATALOGUE), flags: view.flags };
  return form === 'checklist-md' ? checklistMarkdown(checklist) : checklistHtml(checklist);
}

/** Writes a report to a file, in one move. Throws `report.unwritable`. */
export async function writeReport(file: string, cwd: string, text: string): Promise<void> {
  await written(file, () => replaceFile(resolve(cwd, file), `${text.trimEnd()}\n`));
}

async function written(file: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new VdbError(`The report could not be written to ${file}: ${messageOf(error)}`, {
      code: 'report.unwritable',
      exitCode: EXIT.failed,
      next: 'Name a file in a directory that exists and can be written to.',
      cause: error,
    });
  }
}
