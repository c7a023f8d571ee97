import { resolve } from 'node:path';
import { CATALOGUE } from '../../checks/catalogue/index.js';
import { selectChecks } from '../../checks/select.js';
import { renderConfig } from '../../config/show.js';
import { writeArchive } from '../../diagnose/archive.js';
import { type BundleOrigin, bundleName, filesOf, missingOf } from '../../diagnose/bundle.js';
import { type Collected, collect } from '../../diagnose/collect.js';
import { partsOf } from '../../diagnose/parts.js';
import { EXIT, type ExitCode, messageOf, VdbError } from '../../errors.js';
import { factsProbe } from '../../host/facts.js';
import { ask, observe } from '../../host/probe.js';
import { quote } from '../../host/shell.js';
import { FORMATS } from '../../ui/check/formats.js';
import { verdictLine } from '../../ui/check/table.js';
import { diagnoseText } from '../../ui/diagnose.js';
import { version } from '../../version.js';
import { runRound } from '../check/round.js';
import type { CommandContext, Handler } from '../context.js';
import { globalFlags } from '../global-options.js';
import { type Session, withSession } from '../session.js';

export interface DiagnoseOptions {
  /** Where the archive goes. Default: a name with host and time in the working directory. */
  output?: string;
}

type Context = CommandContext<DiagnoseOptions>;

/** Wide enough that no line of a check is cut. */
const COLUMNS = 200;

/** `vdb diagnose`: what is needed to understand this host, as one archive. Only looks. */
export const diagnose: Handler<DiagnoseOptions> = (context) =>
  withSession(context, (session) => writeBundle(context, session));

async function writeBundle(context: Context, session: Session): Promise<ExitCode> {
  const { global, terminal, emit, cwd, redactor } = context;
  const { host, hostConfig, config } = session;
  const origin = { host: hostConfig.name, target: host.target, at: new Date(), vdb: version() };
  const parts = partsOf(config);
  if (!global.json)
    terminal.err(`Collecting ${parts.length} files from ${host.target}, then running the checks.`);
  const [asked, facts] = await Promise.all([collect(host, parts), factsOf(session)]);
  const checks = await checksOf(context, session);
  const collected = [...ownParts(context, session, origin), facts, ...asked, ...checks.parts];
  const name = bundleName(origin);
  const archive = resolve(cwd, context.options.output ?? `${name}.tar.gz`);
  const files = filesOf(collected, origin, redactor);
  const bytes = await writeArchive(archive, name, files);
  const missing = missingOf(collected).map(({ file, missing: why }) => ({
    file,
    missing: redactor.mask(why),
  }));
  const names = [...files.keys()];
  emit({
    ...{ type: 'result', status: 'written', host: origin.host, archive, bytes, files: names },
    missing: missing.map(({ file, missing: why }) => ({ file, why })),
    checks: checks.status,
    ...{ ssh_commands: host.commandCount, exit_code: EXIT.ok },
  });
  if (!global.json) {
    const view = { color: terminal.color.out, columns: terminal.columns };
    terminal.out(diagnoseText({ archive, bytes, files: names, missing, verdict: checks.verdict }, view));
  }
  return EXIT.ok;
}

/** What is known without the host. */
function ownParts({ argv }: Context, { config, file }: Session, origin: BundleOrigin): Collected[] {
  const lines = [
    `vdb ${origin.vdb} (${quoted(['vdb', ...argv])})`,
    `node ${process.version} on ${process.platform} ${process.arch}`,
    `host ${origin.host} (${origin.target})`,
    `configuration ${file}`,
    `collected ${origin.at.toISOString()}`,
  ];
  const shown = renderConfig({ config, file, secrets: [], origins: new Map() }, { origins: false });
  return [
    {
      file: 'vdb/version.txt',
      what: 'versions of vdb and node, and what was called',
      text: lines.join('\n'),
      failed: 0,
    },
    {
      file: 'vdb/config.yaml',
      what: 'the effective configuration, as vdb config show prints it',
      text: shown,
      failed: 0,
    },
  ];
}

function quoted(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

async function factsOf({ host }: Session): Promise<Collected> {
  const base = { file: 'host/facts.json', what: 'the facts by which vdb decides', failed: 0 };
  const [facts] = await observe(host, [ask(factsProbe, null)]);
  if (facts?.status === 'known') return { ...base, text: JSON.stringify(facts.value, null, 2) };
  return { ...base, text: '', missing: facts === undefined ? 'the host did not answer' : facts.why };
}

interface CheckParts {
  parts: Collected[];
  status: string;
  verdict?: string;
}

/** The checks of readiness as a table and as JSON; where they cannot run, why. A lost connection is a reason too. */
async function checksOf({ global }: Context, session: Session): Promise<CheckParts> {
  const table = { file: 'checks/report.txt', what: 'the checks of readiness as a table', failed: 0 };
  const json = { file: 'checks/report.json', what: 'the same for machines', failed: 0 };
  try {
    const report = await runRound(session, () => selectChecks(CATALOGUE, { words: ['readiness'] }));
    const view = { flags: globalFlags(global), color: false, columns: COLUMNS, verbose: true };
    return {
      parts: [
        { ...table, text: await FORMATS.table(report, view) },
        { ...json, text: await FORMATS.json(report, view) },
      ],
      status: report.status,
      verdict: verdictLine(report, false),
    };
  } catch (error) {
    const missing = `the checks could not run: ${messageOf(error)}`;
    const text = error instanceof VdbError ? [error.details.meaning, error.details.next].join('\n') : '';
    return { parts: [table, json].map((part) => ({ ...part, text, missing })), status: 'could-not-run' };
  }
}
