import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { type Ended, result, start, VDB } from '../../support/lab.js';
import { onSharedHost } from '../support/shared.js';
import { WITHOUT_PYTHON } from '../support/site.js';
import { SETS } from './copies-fixture.js';
import { ask, pathOf, shapeOf } from './set-on-host.js';

const PAGE = fileURLToPath(new URL('../../../docs/backups.md', import.meta.url));
const NAS = '/mnt/nas';
const FAR = '/mnt/vdb-documented-restic';

const YAML = /```yaml\n([\s\S]*?)```/g;

interface Step {
  heading: string;
  command: string;
}

/** The commands of the page: its indented lines, without what stands behind them for people. */
function commandsOf(page: string): Step[] {
  let heading = '';
  return page
    .replaceAll(YAML, '')
    .split('\n')
    .flatMap((line) => {
      heading = /^## (.*)/.exec(line)?.[1] ?? heading;
      const [, command] = /^ {4,}(\S.*?)(?: {2,}#.*)?$/.exec(line) ?? [];
      return command === undefined ? [] : [{ heading, command }];
    });
}

/** The repositories of the page's example, at places of this test. */
function repositoriesOf(page: string, work: string): Record<string, unknown>[] {
  const [[, text = ''] = []] = page.matchAll(YAML);
  const { backup } = parse(text) as { backup: { repositories: { name: string }[] } };
  const here: Record<string, object> = {
    nas: {},
    laptop: { path: join(work, 'laptop') },
    far: { path: `${FAR}/repository`, password: 'a-password-of-the-page', environment: {} },
  };
  return backup.repositories.map((each) => {
    const place = here[each.name];
    if (place === undefined) throw new Error(`the test has no place for the repository ${each.name}`);
    return { ...each, ...place };
  });
}

onSharedHost('the commands of docs/backups.md', (host) => {
  let work: string;
  let page: string;
  let file: string;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'vdb-documented-'));
    page = await readFile(PAGE, 'utf8');
    const document = parseDocument(await readFile(join(host().directory, 'vdb.yaml'), 'utf8'));
    document.setIn(['backup', 'repositories'], repositoriesOf(page, work));
    file = join(host().directory, 'documented.yaml');
    await writeFile(file, document.toString(), { mode: 0o600 });
    await host().inside(`rm -rf ${SETS}/2*Z; mkdir -p ${NAS}/vdb ${FAR}`);
    expect(await vdb(['provision', '--only', '0.3'])).toMatchObject({ exitCode: 0 });
  });
  afterAll(async () => {
    await vdb(['backup', 'schedule', 'remove']);
    await discardKept(0);
    await removeRestored();
    await host().inside(
      `rm -rf ${SETS}/2*Z ${NAS} ${FAR} /var/cache/vdb-restic; dpkg --purge restic; systemctl reset-failed`,
    );
    await rm(work, { recursive: true, force: true });
    await rm(file, { force: true });
  });

  const vdb = (args: string[]): Promise<Ended> =>
    start(VDB, ['--config', file, ...args], { cwd: work }).ended;
  const onHost = (script: string): Promise<Ended> => host().enter(script).ended;
  /** The server plays the machine of the operator: it has systemd, and a vdb with a configuration. */
  const here = (args: string[]): Promise<Ended> =>
    onHost(`/usr/bin/node /opt/qdrant/vdb/current/bin/vdb --config /etc/vdb/vdb.yaml ${args.join(' ')}`);

  /** Does what a command of the page says, where it says so; throws for one that is none of ours. */
  async function perform(command: string): Promise<Ended> {
    const [program = '', ...args] = (command.match(/'[^']*'|\S+/g) ?? []).map((word) =>
      word.replaceAll("'", ''),
    );
    if (program === 'systemctl' || program === 'journalctl') return onHost(command);
    if (program === 'tar') return onHost(command.replace('/SET/', `/$(ls ${SETS} | tail -n 1)/`));
    if (program !== 'vdb') throw new Error(`nobody knows how to run this: ${command}`);
    if (args.includes('here')) return here(args);
    const sure = args[0] === 'restore' && args[1] !== 'list' && !args.includes('--plan') ? ['--yes'] : [];
    return vdb([...args, ...sure]);
  }

  /** What the reader of a command has, and whoever runs all of them one after the other has not. */
  async function prepare({ heading, command }: Step): Promise<void> {
    // A lost server has no set.
    if (heading === 'The server is lost' && command.startsWith('vdb backup fetch'))
      await host().inside(`rm -rf ${SETS}/2*Z`);
    // One restore was made, where the page has several to choose from.
    if (command === 'vdb restore discard') await discardKept(1);
  }

  /** Discards what restores have kept, but for so many of them. */
  async function discardKept(but: number): Promise<void> {
    const { restores } = result(await vdb(['restore', 'list', '--json'])) as {
      restores: { restore: string }[];
    };
    for (const { restore } of restores.slice(but)) await vdb(['restore', 'discard', restore, '--yes']);
  }

  /** A collection that a restore has switched is an alias from then on; other tests know collections only. */
  async function removeRestored(): Promise<void> {
    const { aliases, collections } = await shapeOf(host());
    const beside = collections.filter((name) => name === 'general_check' || name.includes('--'));
    for (const collection of new Set([...Object.values(aliases), ...beside]))
      await ask(host(), 'DELETE', `${pathOf(collection)}?timeout=30`);
    const made = await host().vdb(`provision ${WITHOUT_PYTHON}`);
    expect(made, made.stderr).toMatchObject({ exitCode: 0 });
  }

  test('end well, one after the other, and each of them is known', async () => {
    const steps = commandsOf(page);
    expect(steps.length).toBeGreaterThan(30);
    for (const step of steps) {
      await prepare(step);
      const ended = await perform(step.command);
      const accepted = /^vdb check backups/.test(step.command) ? [0, 3] : [0];
      expect(accepted, `${step.command}\n${ended.stdout}${ended.stderr}`).toContain(ended.exitCode);
    }
  });
});
