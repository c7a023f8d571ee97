import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLocal } from '../../../src/host/local.js';
import { quote } from '../../../src/host/shell.js';
import { connectSsh } from '../../../src/host/ssh/transport.js';
import { ConnectionLostError, TimeoutError, type Transport } from '../../../src/host/transport.js';
import { end, sshdMissing, startSshd, type TestSshd, targetOf } from '../../support/sshd.js';

const missing = await sshdMissing();
if (missing) console.warn(`skipped: ${missing}`);

let sshd: TestSshd;

const transports = [
  { name: 'ssh', skip: missing !== undefined, open: () => connectSsh(targetOf(sshd.hop())) },
  { name: 'local', skip: false, open: async () => openLocal() },
];

beforeAll(async () => {
  if (!missing) sshd = await startSshd();
});
afterAll(async () => {
  await sshd?.stop();
});

describe.each(transports)('commands over $name', ({ open, skip }) => {
  let transport: Transport;

  beforeAll(async () => {
    if (!skip) transport = await open();
  });
  afterAll(async () => {
    await transport?.close();
  });

  it.skipIf(skip)('returns output, error output and exit code', async () => {
    const result = await transport.exec("bash -c 'echo out; echo err >&2; exit 3'");
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it.skipIf(skip)('sends and receives 5 MB of bytes unchanged', async () => {
    const bytes = randomBytes(5_000_000);
    const received = new PassThrough({ highWaterMark: 1024 });
    const hash = createHash('sha256');
    received.on('data', (chunk) => hash.update(chunk));
    const result = await transport.exec('cat', { stdin: bytes, stdout: received });
    expect(result.stdout).toBe('');
    expect(hash.digest('hex')).toBe(sha256(bytes));
  });

  it.skipIf(skip)('waits for a slow reader instead of buffering', async () => {
    let most = 0;
    const slow = new Writable({
      highWaterMark: 16_384,
      write(_chunk, _encoding, done) {
        most = Math.max(most, slow.writableLength);
        setImmediate(done);
      },
    });
    await transport.exec('head -c 3000000 /dev/zero', { stdout: slow });
    expect(slow.writableFinished).toBe(true);
    expect(most).toBeLessThan(200_000);
  });

  it.skipIf(skip)('streams a readable to stdin', async () => {
    const chunks = Array.from({ length: 50 }, () => randomBytes(100_000));
    const result = await transport.exec('sha256sum', { stdin: Readable.from(chunks) });
    expect(result.stdout.slice(0, 64)).toBe(sha256(Buffer.concat(chunks)));
  });

  it.skipIf(skip)('fails with the error of its input', async () => {
    const stdin = createReadStream('/nonexistent/file');
    await expect(transport.exec('cat', { stdin })).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it.skipIf(skip)('does not mind a command that leaves its input unread', async () => {
    const result = await transport.exec('true', { stdin: Buffer.alloc(4_000_000) });
    expect(result.exitCode).toBe(0);
  });

  it.skipIf(skip)('keeps characters whole across chunk borders', async () => {
    const lines: string[] = [];
    const script = `printf 'gr\\303'; sleep 0.2; printf '\\274n\\n\\342\\202'; sleep 0.2; printf '\\254 end'`;
    const result = await transport.exec(`bash -c ${quote(script)}`, { onLine: (line) => lines.push(line) });
    expect(result.stdout).toBe('grün\n€ end');
    expect(lines).toEqual(['grün', '€ end']);
  });

  it.skipIf(skip)('runs 60 commands at the same time', async () => {
    const results = await Promise.all(Array.from({ length: 60 }, (_, i) => transport.exec(`echo ${i}`)));
    expect(results.map((result) => result.stdout.trim())).toEqual(results.map((_, i) => String(i)));
  });

  it.skipIf(skip)('misses the exit code of no command, however fast it is', async () => {
    for (let i = 0; i < 200; i++) expect((await transport.exec(`exit ${i % 5}`)).exitCode).toBe(i % 5);
  });

  it.skipIf(skip)('kills the command and its children when the time is up', async () => {
    const mark = `4${String(Math.random()).slice(2, 10)}`;
    const script = `sleep ${mark} & timeout ${mark} sleep ${mark} & trap '' TERM; while true; do sleep ${mark}; done`;
    const started = performance.now();
    await expect(transport.exec(`bash -c ${quote(script)}`, { timeoutMs: 400 })).rejects.toBeInstanceOf(
      TimeoutError,
    );
    expect(performance.now() - started).toBeLessThan(4000);
    expect(await countOf(transport, mark)).toBe(0);
  });

  it.skipIf(skip)('kills the command when it is aborted', async () => {
    const mark = `5${String(Math.random()).slice(2, 10)}`;
    const controller = new AbortController();
    const running = transport.exec(`sleep ${mark}`, { signal: controller.signal });
    running.catch(() => {});
    await sleep(300);
    expect(await countOf(transport, mark)).toBeGreaterThan(0);
    controller.abort(new Error('stop'));
    await expect(running).rejects.toThrow('stop');
    expect(await countOf(transport, mark)).toBe(0);
  });

  it.skipIf(skip)('kills the command when it is aborted as soon as it was called', async () => {
    const mark = `7${String(Math.random()).slice(2, 10)}`;
    for (const delay of [0, 1, 3, 6, 10]) {
      const controller = new AbortController();
      const running = transport.exec(`sleep ${mark}`, { signal: controller.signal });
      setTimeout(() => controller.abort(new Error('stop')), delay);
      await expect(running).rejects.toThrow('stop');
    }
    await expect.poll(() => countOf(transport, mark), { timeout: 5000 }).toBe(0);
  });

  it.skipIf(skip)('is free for the next command after killing many whose reader was stuck', async () => {
    const stuck = (): Writable => new Writable({ highWaterMark: 1, write: () => {} });
    const commands = Array.from({ length: 8 }, () =>
      transport.exec('cat /dev/zero', { stdout: stuck(), timeoutMs: 200 }).catch((error) => error),
    );
    for (const outcome of await Promise.all(commands)) expect(outcome).toBeInstanceOf(TimeoutError);
    expect((await transport.exec('echo free')).stdout).toBe('free\n');
  });

  it.skipIf(skip)('does not start what was aborted before', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(transport.exec('echo ran', { signal })).rejects.toThrow('too late');
  });

  it.skipIf(skip)('says so when a command was killed on the host', async () => {
    await expect(transport.exec('kill -KILL $$')).rejects.toMatchObject({
      details: { code: 'host.command-killed' },
    });
  });

  it.skipIf(skip)('refuses a command that is too long for argv', async () => {
    await expect(transport.exec(`: ${'x'.repeat(100_001)}`)).rejects.toMatchObject({
      details: { code: 'host.command-too-long' },
    });
  });

  it.skipIf(skip)('talks with a command that stays open', async () => {
    const session = await transport.open(`bash -c 'while read -r line; do echo "got $line"; done'`);
    session.write('one\n');
    expect(await session.readLine()).toBe('got one');
    session.write('two\n');
    expect(await session.readLine()).toBe('got two');
    await session.end();
    expect(await session.readLine()).toBeNull();
  });
});

describe.skipIf(missing)('an ssh connection', () => {
  it('that dies in the middle of a command is reported as lost, and later commands too', async () => {
    const own = await startSshd();
    const transport = await connectSsh(targetOf(own.hop()));
    try {
      const running = transport.exec('sleep 5');
      await sleep(300);
      for (const pid of await own.sessions()) end(pid);
      await expect(running).rejects.toBeInstanceOf(ConnectionLostError);
      await expect(transport.exec('true')).rejects.toBeInstanceOf(ConnectionLostError);
    } finally {
      await transport.close();
      await own.stop();
    }
  });

  it('can be closed twice', async () => {
    const transport = await connectSsh(targetOf(sshd.hop()));
    await transport.close();
    await transport.close();
    await expect(transport.exec('true')).rejects.toBeInstanceOf(ConnectionLostError);
  });
});

async function countOf(transport: Transport, mark: string): Promise<number> {
  const script = `n=0; for f in /proc/[0-9]*/cmdline; do
    case "$(tr '\\0' ' ' 2>/dev/null < $f)" in *"slee""p ${mark}"*) n=$((n + 1)) ;; esac; done; echo $n`;
  const { stdout } = await transport.exec('bash -s', { stdin: script });
  return Number(stdout);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
