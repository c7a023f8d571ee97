import type { ExecResult } from '../host/transport.js';

/** What it means that the running edge could not be switched, or does not find healthy what it has. */
export function explainEdgeSlots({ stderr }: ExecResult): { meaning: string; next: string } | null {
  if (/not healthy after/.test(stderr)) {
    return {
      meaning: 'These servers do not pass the health checks of the edge. It goes on as it was before.',
      next: 'Find out why they do not serve: vdb status, and the journals of their units. Then run the same command again.',
    };
  }
  if (/the socket of HAProxy/.test(stderr)) {
    return {
      meaning: 'HAProxy does not answer at its socket, so that its slots cannot be switched.',
      next: 'Read its journal on the host: journalctl -u haproxy -n 100. Then run the same command again.',
    };
  }
  return null;
}
