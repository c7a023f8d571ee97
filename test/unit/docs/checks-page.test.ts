import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../src/checks/catalogue/index.js';
import { checksPage } from './checks-page.js';

describe('checksPage', () => {
  const text = checksPage(CATALOGUE);

  it.each(CATALOGUE.map((check) => [check.id, check] as const))('has %s, under an anchor', (id, check) => {
    expect(text).toContain(`<a id="${id.replaceAll('.', '-')}"></a>\n\n### \`${id}\`\n\n`);
    expect(text).toContain(`[${id}](#${id.replaceAll('.', '-')})`);
    if (check.threshold !== undefined)
      expect(text).toContain(`\`checks.thresholds: { ${id}: ${check.threshold.default} }\``);
  });

  it('has every anchor once', () => {
    const anchors = [...text.matchAll(/<a id="([^"]+)">/g)].map(([, anchor]) => anchor);
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  it('says of a severity that depends on the host where it differs', () => {
    const [check] = CATALOGUE.filter(({ id }) => id === 'qdrant.genuine');
    expect(checksPage(check === undefined ? [] : [check])).toContain(
      '- **Severity:** critical, with the emulator warning\n',
    );
  });

  it('takes no markup from a declaration but code', () => {
    const [check] = CATALOGUE;
    if (check === undefined) throw new Error('there is no check');
    const hostile = { ...check, looksAt: 'a <b> *c* `d*<e>` [f]' };
    expect(checksPage([hostile])).toContain('**Looks at:** a \\<b> \\*c\\* `d*<e>` \\[f\\]\n');
  });
});
