import { resolve } from 'node:path';
import { writeArchive } from '../../diagnose/archive.js';
import { bundleName, filesOf, missingOf } from '../../diagnose/bundle.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { type DiagnoseSummary, diagnoseText } from '../../ui/diagnose.js';
import { version } from '../../version.js';
import type { CommandContext, Handler } from '../context.js';
import { gather } from '../diagnose/gather.js';
import { type Connection, withConnection } from '../session.js';

export interface DiagnoseOptions {
  /** Where the archive goes. Default: a name with host and time in the working directory. */
  output?: string;
}

type Context = CommandContext<DiagnoseOptions>;

/** `vdb diagnose`: what is needed to understand this host, as one archive. Only looks. */
export const diagnose: Handler<DiagnoseOptions> = (context) =>
  withConnection(context, (connection) => writeBundle(context, connection));

/** Nothing reaches the disk unmasked. Written is written, whatever could not be had. */
async function writeBundle(context: Context, connection: Connection): Promise<ExitCode> {
  const { global, terminal, cwd, redactor, options } = context;
  const { host, hostConfig } = connection;
  const origin = { host: hostConfig.name, target: host.target, at: new Date(), vdb: version() };
  if (!global.json) terminal.err(`Looking at ${host.target}, then running the checks.`);
  const { parts, checks, verdict } = await gather(context, connection, origin);
  const name = bundleName(origin);
  const archive = resolve(cwd, options.output ?? `${name}.tar.gz`);
  const files = filesOf(parts, origin, redactor);
  const bytes = await writeArchive(archive, name, files);
  const missing = missingOf(parts).map(({ file, missing: why }) => ({ file, why }));
  tell(context, { archive, bytes, files: [...files.keys()], missing, verdict }, { connection, checks });
  return EXIT.ok;
}

function tell(
  { global, terminal, emit }: Context,
  summary: DiagnoseSummary,
  { connection, checks }: { connection: Connection; checks: string },
): void {
  const { archive, bytes, files, missing } = summary;
  const { host, hostConfig } = connection;
  emit({
    ...{ type: 'result', status: 'written', host: hostConfig.name, archive, bytes, files, missing, checks },
    ...{ ssh_commands: host.commandCount, exit_code: EXIT.ok },
  });
  if (!global.json)
    terminal.out(diagnoseText(summary, { color: terminal.color.out, columns: terminal.columns }));
}
