/** The thread of known-latency.ts: serves, keeps a record of every request, and hands it over when it is asked for. */
import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { delays } = workerData;
const served = [];
let stalledUntil = 0;

/** As src/bench/load/clock.ts has it. */
function clock() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

function answer(response, request) {
  const wait = stalledUntil - clock();
  if (wait > 0) {
    setTimeout(answer, wait, response, request);
    return;
  }
  served.push({ ...request, answered: clock() });
  response.end('{"result":[]}');
}

const server = createServer((request, response) => {
  const arrived = clock();
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    const { n } = JSON.parse(body);
    const delay = delays[n % delays.length];
    setTimeout(answer, Math.max(0, stalledUntil - arrived) + delay, response, { n, arrived });
  });
});

parentPort.on('message', ({ stallMs }) => {
  if (stallMs === undefined) parentPort.postMessage({ served });
  else stalledUntil = clock() + stallMs;
});

server.listen(0, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
