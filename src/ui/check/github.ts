import type { CheckReport } from '../../checks/report.js';
import type { CheckView } from './formats.js';

/** The summary of a workflow step, in Markdown. */
export function githubSummary(report: CheckReport, _view: CheckView): string {
  return `### vdb check: ${report.host}\n`;
}
