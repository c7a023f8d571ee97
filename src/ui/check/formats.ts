import type { CheckReport } from '../../checks/report.js';
import { githubReport } from './github.js';
import { jsonReport } from './json.js';
import { junitReport } from './junit.js';
import { nagiosReport } from './nagios.js';
import { prometheusReport } from './prometheus.js';
import { checkTable } from './table.js';
import { tapReport } from './tap.js';

/** How a report is shown. */
export interface CheckView {
  color: boolean;
  columns: number;
  /** Whether long lists are shown whole. */
  verbose: boolean;
  /** What `vdb` was called with before the command, so that the commands shown can be copied: `--lab one`. */
  flags: readonly string[];
}

/** One form of a report. All are made from the same verdicts. */
export type Format = (report: CheckReport, view: CheckView) => string | Promise<string>;

/** Every form by its name on the command line. */
export const FORMATS = {
  table: checkTable,
  json: jsonReport,
  junit: junitReport,
  github: githubReport,
  tap: tapReport,
  nagios: nagiosReport,
  prometheus: prometheusReport,
} satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;
