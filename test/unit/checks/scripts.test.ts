import { expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { defineCheck } from '../../../src/checks/check.js';
import { scriptsOf } from '../../../src/checks/scripts.js';
import { ask, known, type ProbeKind } from '../../../src/host/probe.js';
import { sh } from '../../../src/host/shell.js';
import { contextOf } from './support.js';

const sizes: ProbeKind<string, string> = {
  name: 'sizes',
  script: (paths) => sh`du ${paths}`,
  parse: (_, paths) => paths.map(() => known('1')),
};

it('is the script of each kind with all questions of the check', () => {
  const check = defineCheck<string>({
    ...{ id: 'host.os', group: 'host', severity: 'error', title: '', looksAt: '', why: '', remedy: '' },
    probe: () => [ask(sizes, '/a'), ask(sizes, '/b c')],
    judge: () => ({ status: 'pass', seen: '' }),
  });
  expect(scriptsOf(check, contextOf())).toEqual([{ kind: 'sizes', source: "du /a '/b c'" }]);
});

it('holds no secret of the configuration, for any check', () => {
  const context = contextOf();
  const { qdrant, postgres, redis } = context.config;
  const secrets = [qdrant.api_key, qdrant.read_only_api_key, postgres.password, redis.password];
  for (const check of CATALOGUE.filter((each) => each.skip?.(context) === undefined)) {
    for (const { source } of scriptsOf(check, context)) {
      for (const secret of secrets) expect(source, check.id).not.toContain(secret);
    }
  }
});
