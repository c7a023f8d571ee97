import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { SlotName } from '../../../src/config/schema.js';
import { observe } from '../../../src/host/probe.js';
import { edgeFollows } from '../../../src/resources/edge-file.js';
import { edgeSlots, edgeTraffic } from '../../../src/resources/edge-slots.js';
import type { EdgeTraffic } from '../../../src/services/haproxy/runtime.js';
import { checkSlot, disableSlot, runsAsWritten, switchSlot } from '../../../src/services/haproxy/switch.js';
import { NO_HAPROXY, type RunningEdge, startEdge } from '../../support/edge.js';
import { converge, look } from '../../support/root-host.js';

if (NO_HAPROXY !== undefined) console.warn(`skipped: ${NO_HAPROXY}`);

const BACKENDS = ['app'];
const NAMES = ['blue-1', 'blue-2', 'green-1', 'green-2'];

describe.skipIf(NO_HAPROXY)('the slots of a running edge', () => {
  let edge: RunningEdge;
  const connections = new Agent({ keepAlive: true, maxSockets: 4 });

  /** One request: the status and the name of who answered. `agent` false: with a connection of its own. */
  function ask(path: string, agent: Agent | false = false): Promise<{ status: number; by: string }> {
    return new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port: edge.port, path, agent }, (response) => {
        let by = '';
        response.setEncoding('utf8').on('data', (text: string) => (by += text));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, by }));
        response.on('error', reject);
      });
      request.on('error', reject);
    });
  }
  const slotsThatAnswer = async (): Promise<string[]> => {
    const asking = Array.from({ length: 40 }, (_, n) => ask('/', n % 2 === 0 && connections));
    return [...new Set((await Promise.all(asking)).map(({ by }) => by.split('-')[0] ?? ''))];
  };
  const switchTo = (to: SlotName, limitSeconds = 20) =>
    edge.host.run(switchSlot({ backends: BACKENDS, to, limitSeconds }));
  const disable = (slot: SlotName) => edge.host.run(disableSlot({ backends: BACKENDS, slot }));
  const traffic = async (): Promise<readonly EdgeTraffic[]> => {
    const [seen] = await observe(edge.host, [edgeTraffic(BACKENDS)]);
    if (seen?.status !== 'known') throw new Error(JSON.stringify(seen));
    return seen.value as readonly EdgeTraffic[];
  };
  const resource = (active: SlotName) => edgeSlots({ backends: BACKENDS, active, limitSeconds: 20 });
  const differing = async (active: SlotName) => {
    const seen = await look(edge.host, resource(active));
    if (seen.status !== 'known') throw new Error(JSON.stringify(seen));
    return resource(active).diff(seen.value);
  };

  beforeAll(async () => {
    edge = await startEdge(NAMES);
  });
  afterAll(async () => {
    connections.destroy();
    await edge.stop();
  });
  beforeEach(async () => {
    for (const server of edge.servers) server.healthy = true;
    await edge.halt();
    writeFileSync(
      edge.configuration,
      edge.text((name) => name.startsWith('green')),
    );
    await edge.start();
    for (const server of edge.servers) server.asked = [];
  });

  describe('under load', () => {
    const answers: { status: number; by: string }[] = [];
    const failures: unknown[] = [];
    let loaded = true;
    const client = async (agent: Agent | false): Promise<void> => {
      while (loaded) {
        await ask('/', agent).then(
          (answer) => answers.push(answer),
          (error: unknown) => failures.push(error),
        );
        await sleep(5);
      }
    };
    afterEach(() => {
      loaded = false;
    });

    test('no request fails while they are switched to and fro, over kept connections and over new ones', async () => {
      const clients = [connections, connections, connections, false, false, false] as const;
      const running = clients.map(client);
      for (const [to, from] of [
        ['green', 'blue'],
        ['blue', 'green'],
        ['green', 'blue'],
        ['blue', 'green'],
      ] as const) {
        await switchTo(to);
        await sleep(50);
        const asked = () =>
          edge.servers.filter(({ name }) => name.startsWith(from)).flatMap(({ asked }) => asked).length;
        const before = asked();
        const answered = answers.length;
        await sleep(300);
        expect(answers.length).toBeGreaterThan(answered + 20);
        expect(asked()).toBe(before);
        await disable(from);
      }
      loaded = false;
      await Promise.all(running);
      expect(failures).toEqual([]);
      expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
      expect(answers.length).toBeGreaterThan(500);
      expect(new Set(answers.map(({ by }) => by))).toEqual(new Set(NAMES));
    });
  });

  test('requests that run at the old slot finish there, also when it is disabled', async () => {
    const held = [ask('/held'), ask('/held', connections)];
    await switchTo('green');
    expect(await slotsThatAnswer()).toEqual(['green']);
    const running = (await traffic()).filter(({ slot }) => slot === 'blue').map(({ running }) => running);
    expect(running.reduce((sum, n) => sum + n)).toBe(2);
    await disable('blue');
    for (const answer of edge.servers.flatMap(({ held }) => held)) answer();
    for (const { status, by } of await Promise.all(held)) {
      expect(status).toBe(200);
      expect(by).toMatch(/^blue/);
    }
    expect((await traffic()).map(({ running }) => running)).toEqual([0, 0, 0, 0]);
  });

  test('a slot of which one server is not healthy is not switched to, and gets no request meanwhile', async () => {
    const [sick] = edge.servers.filter(({ name }) => name === 'green-2');
    if (sick !== undefined) sick.healthy = false;
    const began = performance.now();
    const failing = switchTo('green', 6);
    failing.catch(() => undefined);
    while (performance.now() - began < 5500) expect(await slotsThatAnswer()).toEqual(['blue']);
    await expect(failing).rejects.toMatchObject({
      details: { stderr: 'not healthy after 6 s: app/green-2' },
    });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await slotsThatAnswer()).toEqual(['blue']);
    expect(await differing('blue')).toBeNull();
    for (const { name, asked } of edge.servers) if (name.startsWith('green')) expect(asked).toEqual([]);
  });

  test('a slot that was checked ahead has no requests before the switch, and has not to be waited for then', async () => {
    await edge.host.run(checkSlot({ backends: BACKENDS, slot: 'green' }));
    for (let n = 0; n < 50; n++) {
      expect(await slotsThatAnswer()).toEqual(['blue']);
      await sleep(100);
    }
    const began = performance.now();
    await switchTo('green');
    expect(performance.now() - began).toBeLessThan(1500);
    expect(await slotsThatAnswer()).toEqual(['green']);
  });

  test('a slot that is not there is an error that names the backend', async () => {
    const elsewhere = edge.host.run(
      switchSlot({ backends: ['app', 'other'], to: 'green', limitSeconds: 20 }),
    );
    await expect(elsewhere).rejects.toMatchObject({ details: { stderr: 'no server of green in other' } });
    expect(await differing('blue')).toBeNull();
  });

  test('the running edge equals its file after a start, and a cut-off switch is finished', async () => {
    expect(await differing('blue')).toBeNull();
    await switchTo('green');
    expect(await differing('green')).toMatchObject({ summary: 'disable what is not green' });
    expect(await differing('blue')).toMatchObject({ summary: 'give the requests to blue' });
    const { before, after } = await converge(edge.host, resource('green'));
    expect(before?.fields).toEqual([
      { field: 'app/blue-1', have: 'drain', want: 'maint' },
      { field: 'app/blue-2', have: 'drain', want: 'maint' },
    ]);
    expect(after).toBeNull();
    expect((await converge(edge.host, resource('blue'))).after).toBeNull();
    expect(await slotsThatAnswer()).toEqual(['blue']);
  });

  test('an edge that does not run is not looked at yet', async () => {
    await edge.halt();
    expect(await look(edge.host, resource('blue'))).toMatchObject({ status: 'pending' });
    await edge.start();
  });

  test('a backend that the running edge does not have yet is waited for', async () => {
    const other = edgeSlots({ backends: ['app', 'other'], active: 'blue', limitSeconds: 20 });
    expect(await look(edge.host, other)).toMatchObject({ status: 'pending' });
  });

  test('errors, requests and times are counted for each server', async () => {
    const before = (await traffic()).reduce((sum, { requests }) => sum + requests, 0);
    for (let n = 0; n < 4; n++) await ask('/broken');
    const seen = await traffic();
    expect(seen.map(({ name, backend }) => `${backend}/${name}`)).toEqual(NAMES.map((name) => `app/${name}`));
    expect(seen.reduce((sum, { requests }) => sum + requests, 0) - before).toBe(4);
    expect(seen.reduce((sum, { errors }) => sum + errors, 0)).toBe(4);
    expect(seen.find(({ name }) => name === 'blue-1')?.meanMs).toBeGreaterThan(0);
  });

  describe('the file that follows', () => {
    const OTHER = `${'0'.repeat(64)}  /etc/haproxy/vdb-edge.pem\n`;
    const sumOf = (path: string) => execFileSync('sha256sum', [path], { encoding: 'utf8' });
    const follow = (text: string) => edge.host.run(edgeFollows(text));
    const green = () => edge.text((name) => name.startsWith('blue'));
    beforeEach(() => writeFileSync(edge.stamp, sumOf(edge.configuration) + OTHER));

    test('says what runs, and is recorded as read, without a reload and beside what is known of other files', async () => {
      await switchTo('green');
      await follow(green());
      expect(readFileSync(edge.configuration, 'utf8')).toBe(green());
      expect(readFileSync(edge.stamp, 'utf8')).toBe(OTHER + sumOf(edge.configuration));
      expect((await edge.host.read(runsAsWritten('/etc/haproxy/haproxy.cfg'))).exitCode).toBe(0);
    });

    test('is not recorded as read where another slot serves', async () => {
      await expect(follow(green())).rejects.toThrow();
      expect(readFileSync(edge.stamp, 'utf8')).not.toContain(sumOf(edge.configuration));
    });

    test.each([
      ['it says more than which slot serves', () => green().replace('rise 2', 'rise 3')],
      ['the edge ran with an older one before', green, OTHER],
    ])('is left to be read where %s', async (_, text, stamp = readFileSync(edge.stamp, 'utf8')) => {
      writeFileSync(edge.stamp, stamp);
      await switchTo('green');
      await follow(text());
      expect(readFileSync(edge.configuration, 'utf8')).toBe(text());
      expect(readFileSync(edge.stamp, 'utf8')).toBe(stamp);
    });
  });
});
