import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { schema, show, validate } from '../../../src/cli/commands/config.js';
import { type Recorded, recordedContext } from './command-context.js';
import { API_KEY, inDirectory, minimal } from './helpers.js';

const inFile = (content: object, use: (cwd: string) => Promise<void>) =>
  inDirectory(async (cwd) => {
    await writeFile(join(cwd, 'vdb.yaml'), stringify(content));
    await use(cwd);
  });

test('validate says that a configuration is valid', async () => {
  await inFile(minimal(), async (cwd) => {
    const { context, out } = recordedContext(cwd, {});
    expect(await validate(context)).toBe(0);
    expect(out).toEqual([`${join(cwd, 'vdb.yaml')} is valid: 1 host, 0 collections.`]);
  });
});

test('validate --json emits one event per problem and fails with 2', async () => {
  await inFile({ ...minimal(), qdrnt: 1, backup: { retention: 'x' } }, async (cwd) => {
    const { context, events, out } = recordedContext(cwd, {}, { json: true });
    await expect(validate(context)).rejects.toMatchObject({ exitCode: 2 });
    expect(events.map(({ type, path }) => [type, path])).toEqual([
      ['config.problem', 'qdrnt'],
      ['config.problem', 'backup.retention'],
    ]);
    expect(out).toEqual([]);
  });
});

test('validate refuses what vdb check would refuse', async () => {
  await inFile({ ...minimal(), checks: { thresholds: { 'storage.free': 130 } } }, async (cwd) => {
    await expect(validate(recordedContext(cwd, {}).context)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/vdb\.yaml: checks\.thresholds\.storage\.free must be .* 0 to 100/),
    });
  });
});

test.each([true, false])('show with json %j masks secrets and can say origins', async (json) => {
  await inFile(minimal(), async (cwd) => {
    const recorded: Recorded<{ origins?: boolean }> = recordedContext(cwd, { origins: true }, { json });
    expect(await show(recorded.context)).toBe(0);
    const said = json ? JSON.stringify(recorded.events) : recorded.out.join('\n');
    expect(said).toContain('[secret]');
    expect(said).toContain('default');
    expect(said).not.toContain(API_KEY);
  });
});

test('schema prints JSON Schema that forbids unknown keys', async () => {
  const { context, out } = recordedContext('/', {});
  expect(await schema(context)).toBe(0);
  expect(JSON.parse(out.join(''))).toMatchObject({ type: 'object', additionalProperties: false });
});
