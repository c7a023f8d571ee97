import type { CheckReport } from '../../checks/report.js';
import type { CheckResult } from '../../checks/result.js';

type Mask = (text: string) => string;

/**
 * A report in which no text carries a secret, whatever a service or the configuration said. Done before any form is
 * made of it: once it is escaped, a secret with a `<` in it would not be recognised. Statuses and ids stay.
 */
export function maskedReport(report: CheckReport, mask: Mask): CheckReport {
  const { results, confirmations } = report;
  return {
    ...report,
    results: results.map((result) => maskedResult(result, mask)),
    ...(confirmations === undefined
      ? {}
      : {
          confirmations: confirmations.map((each) => ({
            ...each,
            owner: mask(each.owner),
            evidence: mask(each.evidence),
          })),
        }),
  };
}

function maskedResult(result: CheckResult, mask: Mask): CheckResult {
  const { seen, expected, details, inspect, waiver } = result;
  return {
    ...result,
    seen: mask(seen),
    ...(expected === undefined ? {} : { expected: mask(expected) }),
    ...(details === undefined ? {} : { details: details.map(mask) }),
    ...(inspect === undefined ? {} : { inspect: mask(inspect) }),
    ...(waiver === undefined
      ? {}
      : { waiver: { ...waiver, owner: mask(waiver.owner), reason: mask(waiver.reason) } }),
  };
}
