import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ALERT_RULES, alertNames } from '../../../../src/config/alerts.js';
import { configSchema } from '../../../../src/config/schema.js';
import { template } from '../../../../src/templates.js';
import { testConfig } from '../../../support/config.js';
import { codeOf } from '../../../support/docs.js';

const PAGE = readFileSync(fileURLToPath(new URL('../../../../docs/monitoring.md', import.meta.url)), 'utf8');

/** The line of the table for each alert, made from the template. */
function rows(): string[] {
  const [, ...blocks] = template(ALERT_RULES).split(/ - alert: /);
  return blocks.map((block) => {
    const [name = ''] = block.split('\n', 1);
    const of = (pattern: RegExp) => pattern.exec(block)?.slice(1) ?? [];
    const [severity = ''] = of(/severity: (\w+)/);
    const [delay = '0s'] = of(/it\.pending\('\w+', '(\w+)'\)/);
    const [limit, unit] = of(/it\.limit\('\w+', ([\w.]+), '([^']+)'\)/);
    const usual = limit === 'it.drillDays' ? 'backup.drill_interval, in' : limit;
    const [summary = ''] = of(/summary: "?(.+?)"?\n/);
    const says = summary.replaceAll(/\{\{.+?\}\}|<%=.+?%>/g, '…');
    return `| ${name} | ${severity} | ${delay} | ${limit === undefined ? '' : `${usual} ${unit}`} | ${says} |`;
  });
}

describe('docs/monitoring.md', () => {
  test('has every alert, as it is', () => {
    expect(rows()).toHaveLength(alertNames().length);
    const [, table = ''] = PAGE.split('| alert | severity | after | limit | says |\n|---|---|---|---|---|\n');
    expect(table.split('\n\n', 1)[0]?.split('\n')).toEqual(rows());
  });

  test('gives configurations that are valid', () => {
    const samples = codeOf(PAGE)
      .blocks.filter(({ kind }) => kind === 'yaml')
      .map(({ text }) => parse(text));
    expect(samples.length).toBeGreaterThan(0);
    for (const sample of samples)
      expect(configSchema.safeParse({ ...testConfig(), ...sample }).error).toBeUndefined();
  });
});
