import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Host } from '../host/host.js';

/** How often the edge is asked. */
export const ASKED = 10;

const PATIENCE_MS = 10_000;

/** Where clients come in, and what they are told by a service that is well. */
export interface Door {
  /** On loopback. */
  port: number;
  tls: boolean;
  path: string;
  /** HTTP status. */
  status: number;
}

/**
 * Asks the edge for a path as a client does, over a forwarded port, each time on a new connection, and gives the statuses.
 * Certificates are not looked at here: whether clients trust them is a check of its own.
 */
export async function askEdge(
  host: Host,
  { port, ...asked }: Omit<Door, 'status'>,
  times = ASKED,
): Promise<number[]> {
  const forwarding = await host.forward(port);
  try {
    const statuses: number[] = [];
    for (let count = 0; count < times; count++)
      statuses.push(await askOnce({ ...asked, port: forwarding.port }));
    return statuses;
  } finally {
    await forwarding.close();
  }
}

/** The status of one answer, on a new connection. Rejects where there is none within 10 s. */
export function askOnce({ port, tls, path }: Omit<Door, 'status'>): Promise<number> {
  const common = { host: '127.0.0.1', port, path, agent: false, timeout: PATIENCE_MS };
  return new Promise((resolve, reject) => {
    const request = tls ? httpsRequest({ ...common, rejectUnauthorized: false }) : httpRequest(common);
    request.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)));
    request.once('error', reject);
    request.end();
  });
}
