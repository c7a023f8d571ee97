import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { execa } from 'execa';
import { type Message, messageOf, type RequestSpec, stamped } from '../../src/bench/load/message.js';
import { failures } from '../../src/bench/load/tally.js';
import { threadedGenerator } from '../../src/bench/load/threads.js';
import { qdrantRequest } from '../../src/bench/requests/qdrant.js';
import { median, type Row } from './measure.js';
import { wrkRate, wrkScript } from './wrk.js';

const CONNECTIONS = 32;
const SECONDS = 3;
const ROUNDS = 5;
/** In C it costs less than in JavaScript; what it must not be is the bottleneck of a server that searches. */
const DEARER_AT_MOST = 1.5;

/** Answers each request, whose length it is told, with the same bytes: the least that a server can do. */
const SERVER = `
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
const answer = Buffer.from('HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\nContent-Length: 13\\r\\n\\r\\n{"result":[]}');
const END = '\\r\\n\\r\\n';
const server = createServer((socket) => {
  let missing = 0;
  socket.setNoDelay(true);
  socket.on('error', () => {});
  socket.on('data', (piece) => {
    if (missing === 0) missing = piece.indexOf(END) + END.length + workerData.body;
    missing -= piece.length;
    if (missing === 0) socket.write(answer);
    else if (missing < 0) socket.destroy();
  });
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`;

/**
 * The load generator beside wrk, which is written in C: searches of the same bytes, over as many connections, of a server that does
 * nothing, taking turns. The server has one core, so on two cores two threads have no core each.
 */
export async function generatorBesideWrk(row: Row): Promise<void> {
  if (!(await hasWrk())) {
    console.log('the load generator beside wrk: skipped, wrk is not installed (apt-get install wrk)');
    return;
  }
  const request = searchOf128();
  const message = messageOf(request);
  const server = new Worker(new URL(`data:text/javascript,${encodeURIComponent(SERVER)}`), {
    workerData: { body: bodyOf(message).length },
  });
  const directory = await mkdtemp(join(tmpdir(), 'vdb-bench-'));
  try {
    const [port] = (await once(server, 'message')) as [number];
    const script = join(directory, 'post.lua');
    await writeFile(script, wrkScript(request, bodyOf(message)));
    const [wrk, one, two] = await inTurns([
      () => rateOfWrk(script, port),
      () => rateOfOurs(1, message, port),
      () => rateOfOurs(2, message, port),
    ]);
    const what = `${CONNECTIONS} connections`;
    row(`wrk, 1 thread, ${what}, ${perSecond(wrk)}`, microseconds(wrk), undefined, undefined, 'us');
    row(`vdb bench, 1 thread, ${perSecond(one)}`, microseconds(one), microseconds(wrk), DEARER_AT_MOST, 'us');
    row(`vdb bench, 2 threads, ${perSecond(two)}`, microseconds(two), microseconds(wrk), undefined, 'us');
  } finally {
    await server.terminate();
    await rm(directory, { recursive: true });
  }
}

async function hasWrk(): Promise<boolean> {
  const { code } = await execa('wrk', ['--version'], { reject: false });
  return code !== 'ENOENT';
}

function searchOf128(): RequestSpec {
  const query = Float32Array.from({ length: 128 }, (_, index) => Math.sin(index + 1));
  const supply = { collection: 'none', queries: [query], ids: [], k: 10, ef: undefined };
  return {
    headers: { 'api-key': 'none' },
    ...qdrantRequest('search', 0, { ...supply, batch: 1, filterPercent: 1 }),
  };
}

function bodyOf(message: Message): string {
  const text = Buffer.from(stamped(message, 0)).toString();
  return text.slice(text.indexOf('\r\n\r\n') + 4);
}

async function rateOfWrk(script: string, port: number): Promise<number> {
  const options = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-s', script];
  return wrkRate((await execa('wrk', [...options, `http://127.0.0.1:${port}`])).stdout);
}

async function rateOfOurs(threads: number, message: Message, port: number): Promise<number> {
  const generator = threadedGenerator(threads);
  try {
    const load = {
      endpoint: { port, tls: false },
      ...{ messages: [message], timeoutMs: 10_000, firstNumber: 0 },
    };
    const tally = await generator.closed(load, { connections: CONNECTIONS, durationMs: SECONDS * 1000 });
    if (failures(tally) > 0) throw new Error(`requests failed: ${JSON.stringify(tally.errors)}`);
    return (tally.ok * 1000) / tally.elapsedMs;
  } finally {
    await generator.close();
  }
}

/** Medians; the first round only warms up. */
async function inTurns(runs: readonly (() => Promise<number>)[]): Promise<[number, number, number]> {
  const rates: number[][] = runs.map(() => []);
  for (let round = -1; round < ROUNDS; round++)
    for (const [index, run] of runs.entries()) {
      const rate = await run();
      if (round >= 0) rates[index]!.push(rate);
    }
  return rates.map(median) as [number, number, number];
}

function microseconds(rate: number): number {
  return 1e6 / rate;
}

function perSecond(rate: number): string {
  return `${Math.round(rate)}/s`;
}
