import type { ExecResult } from '../host/transport.js';

/** What the failure of a unit means, from what systemd said. */
export function explainService(
  unit: string,
  { stderr }: ExecResult,
): { meaning: string; next: string } | null {
  const next = `Read its journal on the host: journalctl -u ${unit} -n 100. Then run the same command again.`;
  const meaning = meaningOf(unit, stderr);
  return meaning === null ? null : { meaning, next };
}

function meaningOf(unit: string, stderr: string): string | null {
  if (/Unit \S+ (not found|could not be found|does not exist)/.test(stderr)) {
    return `systemd knows no ${unit}: the package or the unit file that brings it is missing.`;
  }
  if (/oom-kill/.test(stderr)) return `${unit} was killed because it used more memory than it may.`;
  if (/Address already in use/i.test(stderr)) return `A port of ${unit} is in use by another process.`;
  if (/systemd starts it again/.test(stderr)) return `${unit} starts and ends again and again.`;
  if (/is not ready after/.test(stderr)) return `${unit} was started but did not become ready in time.`;
  if (/could not be reloaded/.test(stderr)) {
    return `${unit} refused its new configuration and goes on with the old one.`;
  }
  if (/failed to start|ended at once|refused to/.test(stderr)) return `${unit} does not start.`;
  return null;
}
