import { parseDuration } from '../../config/units.js';

/** How each file begins that task 5.1 writes. */
export const WRITTEN = '# Written by vdb (task 5.1): changes here are overwritten.\n';

/** A valid duration as Prometheus and Alertmanager take it, who know fewer ways to write one. */
export function inSeconds(duration: string): string {
  return `${parseDuration(duration)}s`;
}
