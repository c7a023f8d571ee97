import { CATALOGUE } from '../../checks/catalogue/index.js';
import { selectChecks } from '../../checks/select.js';
import { renderConfig } from '../../config/show.js';
import type { BundleOrigin } from '../../diagnose/bundle.js';
import { type Collected, collect } from '../../diagnose/collect.js';
import { partsOf } from '../../diagnose/parts.js';
import { EXIT, messageOf, VdbError } from '../../errors.js';
import { factsProbe } from '../../host/facts.js';
import { ask, observe } from '../../host/probe.js';
import { quote } from '../../host/shell.js';
import { FORMATS } from '../../ui/check/formats.js';
import { verdictLine } from '../../ui/check/verdict.js';
import { runRound } from '../check/round.js';
import type { CommandContext } from '../context.js';
import { globalFlags } from '../global-options.js';
import type { Connection } from '../session.js';

/** Wide enough that no line of a check is cut. */
const COLUMNS = 200;

/** Everything that goes into a bundle, unmasked, and what came of the checks. */
export interface Gathered {
  parts: readonly Collected[];
  /** Status of the report, or `could-not-run`. */
  checks: string;
  /** The verdict of the checks in a line. */
  verdict?: string;
}

/** Asks the host for everything. What cannot be had says so; only a host that cannot be reached throws. */
export async function gather(
  context: CommandContext<unknown>,
  connection: Connection,
  origin: BundleOrigin,
): Promise<Gathered> {
  const [asked, facts] = await Promise.all([askedOf(connection), factsOf(connection)]);
  const { parts, ...checks } = await checksOf(context, connection);
  return { parts: [...ownParts(context, connection, origin), facts, ...asked, ...parts], ...checks };
}

/** What is known without the host. */
function ownParts(
  { argv }: CommandContext<unknown>,
  { config, file }: Connection,
  origin: BundleOrigin,
): Collected[] {
  const lines = [
    `vdb ${origin.vdb} (${['vdb', ...argv].map(quote).join(' ')})`,
    `node ${process.version} on ${process.platform} ${process.arch}`,
    `host ${origin.host} (${origin.target})`,
    `configuration ${file}`,
    `collected ${origin.at.toISOString()}`,
  ];
  const shown = renderConfig({ config, file, secrets: [], origins: new Map() }, { origins: false });
  return [
    collected('vdb/version.txt', 'versions of vdb and node, and what was called', lines.join('\n')),
    collected('vdb/config.yaml', 'the effective configuration, as vdb config show prints it', shown),
  ];
}

function collected(file: string, what: string, text: string): Collected {
  return { file, what, text, failed: 0 };
}

async function askedOf({ host, config }: Connection): Promise<Collected[]> {
  const parts = partsOf(config);
  try {
    return await collect(host, parts);
  } catch (error) {
    const missing = reasonUnlessUnreachable(error);
    return parts.map(({ file, what }) => ({ ...collected(file, what, ''), missing }));
  }
}

async function factsOf({ host }: Connection): Promise<Collected> {
  const facts = collected('host/facts.json', 'the facts by which vdb decides', '');
  try {
    const [seen] = await observe(host, [ask(factsProbe, null)]);
    if (seen?.status === 'known') return { ...facts, text: JSON.stringify(seen.value, null, 2) };
    return { ...facts, missing: seen === undefined ? 'the host did not answer' : seen.why };
  } catch (error) {
    return { ...facts, missing: reasonUnlessUnreachable(error) };
  }
}

function reasonUnlessUnreachable(error: unknown): string {
  if (error instanceof VdbError && error.exitCode === EXIT.unreachable) throw error;
  return messageOf(error);
}

/** The checks of readiness as a table and as JSON; where they cannot run, why. A connection that is lost by now is a reason too. */
async function checksOf({ global }: CommandContext<unknown>, connection: Connection): Promise<Gathered> {
  const table = collected('checks/report.txt', 'the checks of readiness as a table', '');
  const json = collected('checks/report.json', 'the same for machines', '');
  try {
    const report = await runRound(connection, () => selectChecks(CATALOGUE, { words: ['readiness'] }));
    const view = { flags: globalFlags(global), color: false, columns: COLUMNS, verbose: true };
    const [asTable, asJson] = [await FORMATS.table(report, view), await FORMATS.json(report, view)];
    return {
      parts: [
        { ...table, text: asTable },
        { ...json, text: asJson },
      ],
      checks: report.status,
      verdict: verdictLine(report),
    };
  } catch (error) {
    const missing = `the checks could not run: ${messageOf(error)}`;
    const said = error instanceof VdbError ? [error.details.meaning, error.details.next] : [];
    const text = said.filter((line) => line !== undefined).join('\n');
    return { parts: [table, json].map((part) => ({ ...part, text, missing })), checks: 'could-not-run' };
  }
}
