import { EXIT, messageOf, VdbError } from '../errors.js';
import { putCommand } from '../host/command.js';
import type { Host } from '../host/host.js';
import { known, type ProbeKind } from '../host/probe.js';
import { type Script, sh } from '../host/shell.js';
import { tellDeploy } from './metrics.js';
import { type DeployRecord, isOpen, parseRecord } from './record.js';

function directoryOf(state: string): string {
  return `${state}/deploys`;
}

/**
 * Writes a record by a rename, and tells node exporter of it. `state` is `paths.state`. Throws `CommandError` where the record
 * is not written; that node exporter cannot be told is no error.
 */
export async function writeRecord(host: Host, state: string, record: DeployRecord): Promise<void> {
  const directory = directoryOf(state);
  const content = `${JSON.stringify(record, null, 2)}\n`;
  const put = putCommand({ path: `${directory}/${record.id}.json`, content, mode: '0600' });
  await host.run({
    ...put,
    // In a list (`||`, `&&`) or a condition, what fails in `put` would not end it.
    script: sh`
      install -d -m 0700 -- ${directory}
      ${put.script}
      ${tellDeploy(record, new Date())}`,
  });
}

/** All deploys of a host, newest first. Throws `deploy.record-unreadable` where one cannot be read. */
export async function readDeploys(host: Host, state: string): Promise<DeployRecord[]> {
  const { stdout, stderr, exitCode } = await host.read(sh`set -eu; ${recordsScript(state)}`);
  try {
    if (exitCode !== 0) throw new Error(stderr.trim());
    return parseRecords(stdout);
  } catch (error) {
    throw new VdbError(
      `The records of deploys in ${directoryOf(state)} cannot be read: ${messageOf(error)}`,
      {
        code: 'deploy.record-unreadable',
        exitCode: EXIT.failed,
        host: host.target,
        meaning: 'They say whether a deploy is under way, and how far it came.',
        next: 'Look at the file on the host. Put aside, it is forgotten: then vdb provision brings the host to its configuration.',
      },
    );
  }
}

/** The deploy that is not at its end. There is one at most: another one is not begun before. */
export async function openDeploy(host: Host, state: string): Promise<DeployRecord | undefined> {
  return (await readDeploys(host, state)).find(isOpen);
}

/** The deploys below each directory of state, newest first. */
export const deployRecords: ProbeKind<string, DeployRecord[]> = {
  name: 'deploy-records',
  script: (states) => sh`${states.map((state) => sh`echo @records; (${recordsScript(state)}) || exit 1;`)}`,
  parse: (stdout, states) => {
    const answers = stdout.split(/^@records\n/m).slice(1);
    return states.map((_, index) => known(parseRecords(answers[index] ?? '')));
  },
};

function recordsScript(state: string): Script {
  return sh`
    cd -- ${directoryOf(state)} 2>/dev/null || exit 0
    for file in *.json; do [ ! -e "$file" ] || { base64 -w 0 <"$file"; echo; }; done`;
}

function parseRecords(stdout: string): DeployRecord[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseRecord(Buffer.from(line, 'base64').toString('utf8')))
    .sort((a, b) => (a.id < b.id ? 1 : -1));
}
