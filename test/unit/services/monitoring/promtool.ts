import { execFileSync } from 'node:child_process';

/** Where promtool is: of the package `prometheus`, or named by the environment. */
export const PROMTOOL = process.env.VDB_PROMTOOL ?? 'promtool';

/** Why it cannot be asked; empty when it can. */
export const missing: string = whyMissing();

function whyMissing(): string {
  try {
    execFileSync(PROMTOOL, ['--version'], { stdio: 'ignore' });
    return '';
  } catch {
    return 'there is no promtool here: apt-get install prometheus, or set VDB_PROMTOOL';
  }
}

/** What it finds fault with, in its words; empty when it finds none. */
export function faultsOf(...args: string[]): string {
  try {
    execFileSync(PROMTOOL, args, { encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return `${stdout}${stderr}` || String(error);
  }
}
