import { EXIT, VdbError } from '../../errors.js';

/** The host that a new configuration is for. What is left out is what `~/.ssh/config` says, else port 22 and root. */
export interface HostAnswers {
  name: string;
  address: string;
  port?: number;
  user?: string;
}

type Given = { [key in keyof HostAnswers]?: string };

/**
 * The host from the flags; what they leave open is asked when `interactive`, and otherwise left out. The address
 * cannot be: without a terminal it must be given.
 */
export async function askHost(given: Given, interactive: boolean): Promise<HostAnswers> {
  const port = readPort(given.port);
  if (interactive) return askFor(given, port);
  if (given.address === undefined) {
    throw new VdbError('The address of the server is missing.', {
      code: 'usage.missing-flag',
      exitCode: EXIT.usage,
      next: 'Give it with --address; there is no terminal to ask on.',
    });
  }
  return {
    address: given.address,
    name: given.name ?? hostName(given.address),
    ...access(given.user, port),
  };
}

function access(user: string | undefined, port: number | undefined): Pick<HostAnswers, 'user' | 'port'> {
  return { ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

async function askFor(given: Given, port: number | undefined): Promise<HostAnswers> {
  const { input } = await import('@inquirer/prompts');
  const ask = (message: string, fallback?: string, validate: (text: string) => true | string = notEmpty) =>
    input(
      { message, validate, ...(fallback === undefined ? {} : { default: fallback }) },
      { output: process.stderr },
    );
  try {
    const address = given.address ?? (await ask('Address of the server'));
    return {
      address,
      name: given.name ?? (await ask('Its name in vdb', hostName(address), validName)),
      ...access(
        given.user ??
          answered(await ask(`Account to log in with (${LEFT_OUT}, else root)`, undefined, anything)),
        port ?? readPort(answered(await ask(`Port of SSH (${LEFT_OUT}, else 22)`, undefined, emptyOrPort))),
      ),
    };
  } catch (cause) {
    if (!(cause instanceof Error && cause.name === 'ExitPromptError')) throw cause;
    throw new VdbError('Cancelled; nothing was written.', {
      code: 'interrupted',
      exitCode: EXIT.interrupted,
      cause,
    });
  }
}

const LEFT_OUT = 'empty: what ~/.ssh/config says';

function answered(answer: string): string | undefined {
  return answer.trim() === '' ? undefined : answer.trim();
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (validPort(text) === true) return Number(text);
  throw new VdbError(`${JSON.stringify(text)} is not a port.`, {
    code: 'usage.port',
    exitCode: EXIT.usage,
    next: 'Give --port a number from 1 to 65535.',
  });
}

/** A name for a host by its address: its first label, or the whole where it is an IP address. */
export function hostName(address: string): string {
  const isIp = /^[\d.]+$/.test(address) || address.includes(':');
  const name = (isIp ? `host-${address}` : (address.split('.', 1)[0] ?? '')).replace(/[^A-Za-z0-9_-]+/g, '-');
  return /^[A-Za-z]/.test(name) ? name : `host-${name}`;
}

const notEmpty = (text: string) => text.trim() !== '' || 'Please give a value.';
const validName = (text: string) =>
  /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/.test(text) || 'Letters, digits, _ . and -, a letter first.';
const validPort = (text: string) =>
  (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) || 'A number from 1 to 65535.';
const emptyOrPort = (text: string) => text.trim() === '' || validPort(text.trim());
const anything = () => true as const;
