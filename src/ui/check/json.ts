import type { CheckReport } from '../../checks/report.js';
import { checkData, reportData } from './data.js';
import type { CheckView } from './formats.js';

/** One JSON document: the verdict and every result. */
export function jsonReport(report: CheckReport, { flags }: CheckView): string {
  const document = {
    schema: 'vdb.check/1',
    at: report.at.toISOString(),
    vdb: report.vdb,
    ...reportData(report),
    results: report.results.map((result) => checkData(result, flags)),
  };
  return JSON.stringify(document, null, 2);
}
