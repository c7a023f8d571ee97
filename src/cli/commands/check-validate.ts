import { CATALOGUE } from '../../checks/catalogue/index.js';
import { documentsOf, selectDocuments } from '../../checks/documents/index.js';
import {
  allHold,
  checksFor,
  type JudgedDocument,
  judgeDocument,
  standingsOf,
} from '../../checks/documents/judge.js';
import { EXIT, type ExitCode } from '../../errors.js';
import { validationText } from '../../ui/check/validate.js';
import { acceptChecks, runRoundWithPlan } from '../check/round.js';
import type { CommandContext, Handler } from '../context.js';
import { type Connection, withConnection } from '../session.js';

const OPT_IN = new Set(CATALOGUE.filter(({ optIn }) => optIn === true).map(({ id }) => id));

/** `vdb check validate`: which success criteria of the documents hold. Ends with 3 unless all of this release do. */
export const validate: Handler = async (context) => {
  const { TASKS } = await import('../../../tasks/index.js');
  const documents = selectDocuments(documentsOf(TASKS), context.args);
  return withConnection(
    context,
    async (connection) => {
      const { report, plan } = await runRoundWithPlan(connection, () => checksFor(documents, CATALOGUE));
      const seen = { plan, results: report.results };
      const judged = documents.map((document) => masked(judgeDocument(document, seen, OPT_IN), connection));
      const exitCode = allHold(judged) ? EXIT.ok : EXIT.notReady;
      tell(context, { judged, exitCode, durationMs: report.durationMs, connection });
      return exitCode;
    },
    acceptChecks,
  );
};

interface Told {
  judged: readonly JudgedDocument[];
  exitCode: ExitCode;
  durationMs: number;
  connection: Connection;
}

function tell(
  { global, terminal, emit }: CommandContext,
  { judged, exitCode, durationMs, connection }: Told,
): void {
  const { host, hostConfig } = connection;
  for (const { id, title, criteria, corrections } of judged) {
    for (const { kind, id: number, text, standing, seen, details, evidence } of criteria) {
      emit({
        ...{
          type: 'check.criterion',
          document: id,
          kind,
          ...(number === undefined ? {} : { id: number }),
          text,
        },
        ...{ standing, seen, ...(details.length === 0 ? {} : { details }), evidence },
      });
    }
    emit({
      type: 'check.document',
      id,
      title,
      counts: countsOf([{ id, title, criteria, corrections }]),
      corrections,
    });
  }
  emit({
    ...{ type: 'result', status: exitCode === EXIT.ok ? 'holds' : 'does-not-hold', host: hostConfig.name },
    ...{ counts: countsOf(judged), documents: judged.map(({ id }) => id) },
    ...{ ssh_commands: host.commandCount, duration_ms: Math.round(durationMs), exit_code: exitCode },
  });
  if (global.json) return;
  const view = { color: terminal.color.out, columns: terminal.columns, verbose: global.verbose };
  terminal.out(validationText({ host: hostConfig.name, documents: judged, durationMs }, view));
}

function countsOf(documents: readonly JudgedDocument[]): Record<string, number> {
  const { 'left-out': leftOut, ...counts } = standingsOf(documents);
  return { ...counts, left_out: leftOut };
}

/** What the plan says of a resource may hold what a service said. */
function masked(document: JudgedDocument, { gate }: Connection): JudgedDocument {
  const mask = (text: string): string => gate.redactor.mask(text);
  const criteria = document.criteria.map((each) => ({
    ...each,
    seen: mask(each.seen),
    details: each.details.map(mask),
  }));
  return { ...document, criteria };
}
