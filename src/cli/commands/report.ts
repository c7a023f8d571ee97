import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CATALOGUE } from '../../checks/catalogue/index.js';
import { selectChecks } from '../../checks/select.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { quote } from '../../host/shell.js';
import { type Latency, readLatency } from '../../report/latency.js';
import { survey, unseen } from '../../report/look.js';
import type { ServerState } from '../../report/state.js';
import { pageHtml } from '../../ui/page/render.js';
import { reportDocument } from '../../ui/server-report/data.js';
import { reportPage } from '../../ui/server-report/page.js';
import { verdictText } from '../../ui/server-report/verdict.js';
import { wrapWhole } from '../../ui/wrap.js';
import { failedLook, refuseDirectory, writeReport } from '../check/deliver.js';
import { acceptChecks, runRoundBeside } from '../check/round.js';
import type { CommandContext, GlobalOptions, Handler } from '../context.js';
import { globalFlags } from '../global-options.js';
import { type Connection, withConnection } from '../session.js';

interface ReportOptions {
  output?: string;
  /** A file with measured latencies. */
  latency?: string;
}

type Context = CommandContext<ReportOptions>;

/**
 * `vdb report`: the state of the server as one HTML page, on stdout or in a file. Only looks. Ends as `vdb check` does: with
 * 3 when the server is not ready.
 */
export const report: Handler<ReportOptions> = async (context) => {
  const { options, cwd } = context;
  assertPlace(context);
  if (options.output !== undefined) await refuseDirectory(options.output, cwd);
  const latency = options.latency === undefined ? null : await latencyIn(options.latency, cwd);
  const { state, commands } = await seen(context, latency);
  await deliverPage(context, state);
  tell(context, state, commands);
  return state.check.exitCode;
};

/** A page that scrolls by as markup helps nobody. */
function assertPlace({ options, terminal, global }: Context): void {
  if (options.output !== undefined || global.json || !terminal.outIsTty) return;
  throw new VdbError('vdb report writes a page, which a terminal does not show', {
    code: 'usage',
    exitCode: EXIT.usage,
    next: 'vdb report --output server.html',
  });
}

async function latencyIn(file: string, cwd: string): Promise<Latency> {
  try {
    return readLatency(await readFile(resolve(cwd, file), 'utf8'), file);
  } catch (error) {
    if (error instanceof VdbError) throw error;
    throw new VdbError(`The latencies in ${file} cannot be read: ${messageOf(error)}`, {
      ...{ code: 'report.latency-unreadable', exitCode: EXIT.usage },
      next: 'Name a file that vdb bench --report has written (….latency.json), or leave out --latency.',
    });
  }
}

/** A look that fails makes a page too, which says so: that of an earlier run would still say what was then. */
async function seen(
  context: Context,
  latency: Latency | null,
): Promise<{ state: ServerState; commands: number }> {
  try {
    return await withConnection(context, (connection) => look(connection, latency), acceptChecks);
  } catch (error) {
    if (error instanceof VdbError && error.exitCode !== EXIT.usage)
      await deliverUnseen(context, error, latency);
    throw error;
  }
}

async function look(
  connection: Connection,
  latency: Latency | null,
): Promise<{ state: ServerState; commands: number }> {
  const checks = selectChecks(CATALOGUE, { words: ['readiness'] });
  const { report: check, beside } = await runRoundBeside(
    connection,
    () => checks,
    ({ look: first, context }) => survey(connection.host, { ...first, ...context }),
  );
  return { state: { check, latency, ...beside }, commands: connection.host.commandCount };
}

/** What cannot be written is only said: the error itself comes first. */
async function deliverUnseen(context: Context, error: VdbError, latency: Latency | null): Promise<void> {
  try {
    const { config, report: check } = await failedLook(context, error);
    await deliverPage(context, { check, latency, ...unseen(config, check.at) });
  } catch (other) {
    context.terminal.alert(messageOf(other));
  }
}

async function deliverPage(
  { options, global, terminal, cwd, redactor }: Context,
  state: ServerState,
): Promise<void> {
  const html = pageHtml(reportPage(state, flagsOf(global)), (text) => redactor.mask(text));
  if (options.output !== undefined) await writeReport(options.output, cwd, html);
  else if (!global.json) terminal.out(html);
}

function tell(
  { options, global, terminal, emit, redactor }: Context,
  state: ServerState,
  commands: number,
): void {
  const document = reportDocument(state, flagsOf(global));
  emit({
    type: 'result',
    ...(JSON.parse(redactor.mask(JSON.stringify(document))) as object),
    ...(options.output === undefined ? {} : { output: options.output }),
    ssh_commands: commands,
    exit_code: state.check.exitCode,
  });
  if (!global.json) terminal.err(wrapWhole(verdictText(state), terminal.columns).join('\n'));
}

function flagsOf(global: GlobalOptions): string[] {
  return globalFlags(global).map(quote);
}
