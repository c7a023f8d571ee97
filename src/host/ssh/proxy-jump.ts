import { EXIT, VdbError } from '../../errors.js';

/** One host to go through. */
export interface Jump {
  name: string;
  user?: string;
  port?: number;
}

const JUMP = /^(?:ssh:\/\/)?(?:([^@\s]+)@)?(?:\[([^\]]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/;

/** Hosts of `ssh -J`: `user@host:port`, separated by commas; `none` is the empty list. */
export function parseJumps(text: string | undefined, host: string): Jump[] {
  if (text === undefined || text.trim() === '' || text.trim().toLowerCase() === 'none') return [];
  return text.split(',').map((part) => parseJump(part.trim(), host));
}

function parseJump(text: string, host: string): Jump {
  const [whole, user, bracketed, plain, port] = JUMP.exec(text) ?? [];
  const name = bracketed ?? plain;
  if (whole === undefined || name === undefined || Number(port ?? 22) > 65_535) throw unreadable(text, host);
  return { name, ...(user ? { user } : {}), ...(port ? { port: Number(port) } : {}) };
}

function unreadable(text: string, host: string): VdbError {
  return new VdbError(`"${text}" is not a host to go through`, {
    code: 'host.proxy-jump',
    exitCode: EXIT.usage,
    host,
    next: 'Write it as user@host:port; separate several by commas.',
  });
}
