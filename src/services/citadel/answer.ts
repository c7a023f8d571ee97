import { tail } from '../../text.js';

/** What `python -m citadel … --json` said was wrong. */
export interface CitadelError {
  code: string;
  message: string;
}

/** The error that it printed; without one, the last line of what Python said. */
export function citadelError({ stdout, stderr }: { stdout: string; stderr: string }): CitadelError {
  const error = (parsed(stdout) as { error?: unknown } | undefined)?.error;
  if (typeof error === 'object' && error !== null && 'message' in error)
    return { code: 'code' in error ? String(error.code) : 'unknown', message: String(error.message) };
  return { code: 'unknown', message: tail(stderr || stdout, 1) || 'it said nothing' };
}

/** The object that it printed. Throws when that is none. */
export function citadelAnswer(stdout: string): Record<string, unknown> {
  const answer = parsed(stdout);
  if (typeof answer === 'object' && answer !== null && !Array.isArray(answer))
    return answer as Record<string, unknown>;
  throw new Error(`unreadable answer of the database layer: ${stdout.trim().slice(0, 120)}`);
}

function parsed(stdout: string): unknown {
  try {
    return JSON.parse(stdout) as unknown;
  } catch {
    return undefined;
  }
}
