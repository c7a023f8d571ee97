import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { type LabHost, result } from '../../support/lab.js';
import { resultsOf } from '../checks/breakage.js';
import { describeLab } from '../support/shared.js';
import { hostWithGateway, remove, WITHOUT_PYTHON } from '../support/site.js';

const NAME = 'gateway-slots';
const BLUE = 'api-gateway@blue-1.service';
const GREEN = 'api-gateway@green-1.service';
const STATE = '/var/lib/vdb/state.json';
const OWN = fileURLToPath(new URL('own', import.meta.url));
/** Everything that is kept of the blue slot, with its content. */
const KEPT = `readlink /opt/qdrant/gateway/blue-1
  sha256sum /opt/qdrant/config/gateway-blue-1.env /etc/systemd/system/${BLUE}.d/*`;

describeLab('the slots of the gateway', () => {
  let host: LabHost;
  let kept: string;

  beforeAll(async () => {
    host = await hostWithGateway(NAME);
    await edit((document) => {
      document.setIn(['gateway', 'artifact'], { from: 'directory', path: OWN, app: 'own_gateway.asgi:app' });
      document.setIn(['gateway', 'health'], { path: '/ok', status: 204 });
    });
    await converges();
  });
  afterAll(() => remove(NAME));

  async function edit(change: (document: Document) => void): Promise<void> {
    const file = join(host.directory, 'vdb.yaml');
    const document = parseDocument(await readFile(file, 'utf8'));
    change(document);
    await writeFile(file, document.toString());
  }
  const inside = async (script: string): Promise<string> => (await host.inside(script)).trim();
  const state = async () => JSON.parse(await inside(`cat ${STATE}`)) as Record<string, unknown>;
  const write = (content: unknown) => host.inside(`cat >${STATE}`, `${JSON.stringify(content, null, 2)}\n`);
  const standing = (unit: string) =>
    inside(`systemctl is-active ${unit}; systemctl is-enabled ${unit}; true`);
  const pid = () => inside(`systemctl show -p MainPID --value ${GREEN}`);
  async function converges(): Promise<Record<string, unknown>> {
    const ended = await host.vdb(`provision ${WITHOUT_PYTHON} --json`);
    expect(result(ended), ended.stdout).toMatchObject({ status: 'done', failed: 0, exit_code: 0 });
    return result(ended);
  }
  /** The port of the instance that answers through the edge. */
  const throughTheEdge = async () =>
    JSON.parse(await inside('curl -sS -m 10 http://127.0.0.1:8000/')).GATEWAY_PORT as string;

  test('a first provisioning takes the slot of the configuration, and writes it down', async () => {
    expect(await state()).toMatchObject({
      qdrant: { active_slot: 'blue' },
      gateway: { active_slot: 'blue', standby: null },
    });
    expect(await throughTheEdge()).toBe('8001');
    kept = await inside(KEPT);
  });

  test("the host's state says that green serves: it does, behind the edge, and blue is kept on standby", async () => {
    await write({ ...(await state()), gateway: { active_slot: 'green', standby: 'blue' } });
    await converges();
    expect(await standing(GREEN)).toBe('active\nenabled');
    expect(await standing(BLUE)).toBe('inactive\ndisabled');
    expect(await throughTheEdge()).toBe('8011');
    expect(await inside(KEPT)).toBe(kept);
    expect((await state()).gateway).toEqual({ active_slot: 'green', standby: 'blue' });
  });

  test('a second run changes nothing, in at most four commands', async () => {
    const before = await pid();
    const { changed, ssh_commands } = await converges();
    expect(changed).toBe(0);
    expect(ssh_commands).toBeLessThanOrEqual(4);
    expect(await pid()).toBe(before);
  });

  test('every command looks at the slot that serves', async () => {
    const status = result(await host.vdb('status --json'));
    const units = (status.services as { unit: string }[]).map(({ unit }) => unit);
    expect(units).toContain(GREEN);
    expect(units).not.toContain(BLUE);
    const results = resultsOf(await host.vdb('check readiness --exclude drift --json'));
    const others = [...results.values()].filter(({ status: outcome }) => outcome === 'fail');
    expect(others.map(({ id, seen }) => `${id}: ${seen}`)).toEqual([]);
  });

  test('a standby that was started, or that starts with the system, is put to rest; what serves goes on', async () => {
    const before = await pid();
    await inside(`systemctl enable --now ${BLUE} 2>&1`);
    expect((await converges()).changed).toBe(1);
    expect(await standing(BLUE)).toBe('inactive\ndisabled');
    expect(await inside(KEPT)).toBe(kept);
    expect(await pid()).toBe(before);
  });

  test('without the standby in the state, nothing of blue is left', async () => {
    await write({ ...(await state()), gateway: { active_slot: 'green', standby: null } });
    expect((await converges()).changed).toBe(1);
    expect(await inside(`ls -d /opt/qdrant/gateway/* /opt/qdrant/config/gateway-*`)).toBe(
      '/opt/qdrant/config/gateway-green-1.env\n/opt/qdrant/gateway/green-1',
    );
  });

  test.each([
    ['of an earlier release, which names no slot of the gateway', (text: object) => text],
    ['that cannot be read', () => 'no state'],
  ])('a state %s is written anew by the configuration', async (_, content) => {
    await edit((document) => document.setIn(['gateway', 'active_slot'], 'green'));
    const { gateway, ...before } = await state();
    await write(content(before));
    const serving = await pid();
    expect((await converges()).changed).toBe(1);
    expect(await state()).toEqual({ ...before, gateway });
    expect(await pid()).toBe(serving);
  });

  test('a backup is not taken from a slot that may be the idle one', async () => {
    const before = await state();
    await write('no state');
    const ended = await host.vdb('backup create --json');
    expect(ended.exitCode, ended.stdout + ended.stderr).toBe(3);
    expect(ended.stdout).toContain('state.unreadable');
    await write(before);
    expect((await converges()).changed).toBe(0);
  });
});
