import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { installPackages } from './packages.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
/** The browser, and letters for it to write with. */
const PACKAGES = ['chromium', 'fonts-dejavu-core'];

/** By itself a browser asks for updates and for its maker's services, which no test wants. */
const FLAGS = [
  '--headless=new',
  '--remote-debugging-pipe',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
];

/** Why there is no browser here, or undefined when there is one. Installs it where that is possible: 110 MB, half a minute. */
export async function chromiumMissing(): Promise<string | undefined> {
  if (programOnPath() !== undefined) return undefined;
  const why = await installPackages(...PACKAGES);
  if (why !== undefined) return `chromium is missing, and ${why}`;
  return programOnPath() === undefined ? 'chromium does not start' : undefined;
}

function programOnPath(): string | undefined {
  return NAMES.find((name) => spawnSync(name, ['--version']).status === 0);
}

/** How a page is looked at. Sizes in CSS pixels. */
export interface Sight {
  width: number;
  height: number;
  scheme: 'light' | 'dark';
  media?: 'screen' | 'print';
}

/** A page that was loaded. */
export interface LoadedPage {
  /** What went wrong on it, as its console tells. */
  errors: readonly string[];
  /** Everything that it asked for, itself included. */
  requests: readonly string[];
  /** The value of an expression on it. */
  evaluate<Value>(expression: string): Promise<Value>;
  /** The whole of it, as PNG. */
  screenshot(): Promise<Buffer>;
}

/** A headless browser. It is spoken to over a pipe, in the protocol of its developer tools. */
export interface Browser {
  load(url: string, sight: Sight): Promise<LoadedPage>;
  close(): Promise<void>;
}

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** Starts a browser of its own, with a profile that is thrown away. */
export async function startChromium(): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'vdb-chromium-'));
  const child = spawn(programOnPath() ?? 'chromium', [...FLAGS, `--user-data-dir=${profile}`], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const wire = new Wire(child);
  return {
    load: (url, sight) => load(wire, url, sight),
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const exit = once(child, 'exit');
        child.kill('SIGTERM');
        await exit;
      }
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** Commands and events over two pipes: JSON, each message ended by a NUL. */
class Wire {
  readonly #input: Writable;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #listeners = new Set<(message: Message) => void>();
  #last = 0;
  #rest = '';

  constructor(child: ChildProcess) {
    this.#input = child.stdio[3] as Writable;
    const output = child.stdio[4] as Readable;
    output.setEncoding('utf8');
    output.on('data', (text: string) => this.#read(text));
    this.#input.on('error', () => this.#giveUp());
    child.once('exit', () => this.#giveUp());
  }

  /** A browser that is gone answers nothing any more. */
  #giveUp(): void {
    const error = { message: 'the browser has ended' };
    for (const answer of this.#waiting.values()) answer({ error });
  }

  #read(text: string): void {
    const messages = (this.#rest + text).split('\0');
    this.#rest = messages.pop() ?? '';
    for (const each of messages) {
      const message = JSON.parse(each) as Message;
      if (message.id === undefined) for (const listener of this.#listeners) listener(message);
      else this.#waiting.get(message.id)?.(message);
    }
  }

  async send(
    method: string,
    params: Record<string, unknown> = {},
    sessionId?: string,
  ): Promise<Record<string, unknown>> {
    const id = ++this.#last;
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    this.#input.write(`${JSON.stringify({ id, method, params, ...(sessionId ? { sessionId } : {}) })}\0`);
    const { result = {}, error } = await answer;
    this.#waiting.delete(id);
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  listen(listener: (message: Message) => void): void {
    this.#listeners.add(listener);
  }
}

async function load(
  wire: Wire,
  url: string,
  { width, height, scheme, media = 'screen' }: Sight,
): Promise<LoadedPage> {
  const { targetId } = await wire.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = (await wire.send('Target.attachToTarget', { targetId, flatten: true })) as {
    sessionId: string;
  };
  const send = (method: string, params: Record<string, unknown> = {}) => wire.send(method, params, sessionId);
  const [errors, requests] = [[] as string[], [] as string[]];
  const loaded = new Promise<void>((resolve) => {
    wire.listen(({ sessionId: from, method, params = {} }) => {
      if (from !== sessionId) return;
      if (method === 'Page.loadEventFired') resolve();
      if (method === 'Network.requestWillBeSent') requests.push((params.request as { url: string }).url);
      if (method === 'Log.entryAdded') errors.push(JSON.stringify(params.entry));
      if (method === 'Runtime.exceptionThrown') errors.push(JSON.stringify(params.exceptionDetails));
      if (method === 'Runtime.consoleAPICalled') errors.push(JSON.stringify(params.args));
    });
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  await send('Emulation.setDeviceMetricsOverride', {
    ...{ width, height, deviceScaleFactor: 1, mobile: width < 600 },
  });
  await send('Emulation.setEmulatedMedia', {
    media,
    features: [{ name: 'prefers-color-scheme', value: scheme }],
  });
  await send('Page.navigate', { url });
  await loaded;
  return {
    errors,
    requests,
    evaluate: async <Value>(expression: string) => {
      const { result } = (await send('Runtime.evaluate', { expression, returnByValue: true })) as {
        result: { value: Value };
      };
      return result.value;
    },
    screenshot: async () => {
      const { data } = (await send('Page.captureScreenshot', { captureBeyondViewport: true })) as {
        data: string;
      };
      return Buffer.from(data, 'base64');
    },
  };
}
