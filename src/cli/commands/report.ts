import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CATALOGUE } from '../../checks/catalogue/index.js';
import { selectChecks } from '../../checks/select.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { quote } from '../../host/shell.js';
import { type Latency, readLatency } from '../../report/latency.js';
import { survey } from '../../report/look.js';
import type { ServerState } from '../../report/state.js';
import { pageHtml } from '../../ui/page/render.js';
import { reportDocument } from '../../ui/server-report/data.js';
import { reportPage } from '../../ui/server-report/page.js';
import { verdictText } from '../../ui/server-report/verdict.js';
import { refuseDirectory, writeReport } from '../check/deliver.js';
import { acceptChecks, runRoundBeside } from '../check/round.js';
import type { CommandContext, Handler } from '../context.js';
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
  if (options.output !== undefined) await refuseDirectory(options.output, cwd);
  const latency = options.latency === undefined ? null : await latencyIn(options.latency, cwd);
  return withConnection(
    context,
    async (connection) => {
      const state = await look(connection, latency);
      await deliver(context, connection, state);
      return state.check.exitCode;
    },
    acceptChecks,
  );
};

async function latencyIn(file: string, cwd: string): Promise<Latency> {
  try {
    return readLatency(await readFile(resolve(cwd, file), 'utf8'), file);
  } catch (error) {
    if (error instanceof VdbError) throw error;
    throw new VdbError(`The latencies in ${file} cannot be read: ${messageOf(error)}`, {
      ...{ code: 'report.latency-unreadable', exitCode: EXIT.usage },
      next: 'Name the file that vdb bench has written, or leave out --latency.',
    });
  }
}

async function look(connection: Connection, latency: Latency | null): Promise<ServerState> {
  const checks = selectChecks(CATALOGUE, { words: ['readiness'] });
  const { report: check, beside } = await runRoundBeside(
    connection,
    () => checks,
    ({ look: first, context }) => survey(connection.host, first, context),
  );
  return { check, latency, ...beside };
}

async function deliver(context: Context, connection: Connection, state: ServerState): Promise<void> {
  const { options, global, terminal, emit, cwd, redactor } = context;
  const flags = globalFlags(global).map(quote);
  const html = pageHtml(reportPage(state, flags), (text) => redactor.mask(text));
  if (options.output !== undefined) await writeReport(options.output, cwd, html);
  else if (!global.json) terminal.out(html);
  const document = reportDocument(state, flags);
  emit({
    type: 'result',
    ...(JSON.parse(redactor.mask(JSON.stringify(document))) as object),
    ...(options.output === undefined ? {} : { output: options.output }),
    ssh_commands: connection.host.commandCount,
    exit_code: state.check.exitCode,
  });
  if (!global.json) terminal.err(verdictText(state));
}
