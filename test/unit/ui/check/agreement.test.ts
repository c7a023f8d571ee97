import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckReport } from '../../../../src/checks/report.js';
import { FORMATS, type FormatName } from '../../../../src/ui/check/formats.js';
import { REPORTS, VIEW } from './reports.js';

/** Whether a form of the report says that the host is ready, as its usual reader reads it. */
const SAYS_READY: Record<FormatName, (text: string) => boolean> = {
  table: (text) => /^Ready: /.test(text.split('\n').at(-1) ?? ''),
  json: (text) => (JSON.parse(text) as { exit_code: number }).exit_code === 0,
  junit: (text) => / tests="[1-9]/.test(text) && !/<(failure|error)\b/.test(text),
  github: (text) => !/^::error\b/m.test(text),
  tap: consumed,
  nagios: (text) => /^(OK|WARNING) - /.test(text),
  prometheus: (text) => /^vdb_ready\{host="one"\} 1$/m.test(text),
};

/** As a consumer of TAP decides: the plan holds, and what is not ok is a TODO. */
function consumed(text: string): boolean {
  const lines = text.split('\n');
  const plan = Number(/^1\.\.(\d+)$/.exec(lines[1] ?? '')?.[1]);
  const points = lines.filter((line) => /^(not )?ok \d/.test(line));
  const failed = points.filter((line) => line.startsWith('not ok') && !/ # TODO /.test(line));
  return plan > 0 && points.length === plan && failed.length === 0;
}

const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

describe.each(FORMAT_NAMES)('%s', (format) => {
  it.each(REPORTS)('agrees with the exit code of a run that is %s', async (_, report) => {
    const text = await FORMATS[format](report, VIEW);
    expect(SAYS_READY[format](text), text).toBe(report.exitCode === 0);
  });
});

describe('what is in the way and what is not', () => {
  it('differs in the reports of this table', () => {
    const codes = REPORTS.map(([, { exitCode }]: readonly [string, CheckReport]) => exitCode);
    expect(new Set(codes)).toEqual(new Set([0, 3, 4, 6, 130]));
  });
});

const provable = spawnSync('prove', ['--version']).status === 0;

it.skipIf(!provable)(
  'prove agrees with every exit code',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vdb-tap-'));
    try {
      for (const [index, [name, report]] of REPORTS.entries()) {
        const file = join(directory, `${index}.tap`);
        await writeFile(file, `${await FORMATS.tap(report, VIEW)}\n`);
        const { status, stdout } = spawnSync('prove', ['-e', 'cat', file], { encoding: 'utf8' });
        expect(status === 0, `${name}: ${stdout}`).toBe(report.exitCode === 0);
      }
    } finally {
      await rm(directory, { recursive: true });
    }
  },
  30_000,
);
