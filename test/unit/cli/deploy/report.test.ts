import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDeployReport } from '../../../../src/cli/deploy/report.js';
import { parseRecord } from '../../../../src/deploy/record.js';
import { deployAt } from '../../../support/deploys.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vdb-deploy-report-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test('the record of a deploy is a page for people and a file for machines, in a directory that is made', async () => {
  const record = deployAt('end', 'pending', { state: 'done' });
  const under = join(directory, 'records', 'new');
  const files = await writeDeployReport(under, record, 'one');
  expect(await readdir(under)).toEqual(['deploy-20300101T120000Z.json', 'deploy-20300101T120000Z.md']);
  const [page = '', data = ''] = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  expect(page).toMatch(/^# Deploy 20300101T120000Z of the gateway on one\n/);
  expect(parseRecord(data)).toEqual(record);
});

test('a rollback has a name of its own', async () => {
  const [page] = await writeDeployReport(directory, deployAt('end', 'pending', { kind: 'rollback' }), 'one');
  expect(page).toBe(join(directory, 'rollback-20300101T120000Z.md'));
});
