import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { CATALOGUE } from '../../../../src/checks/catalogue/index.js';
import { catalogueDocument } from '../../../../src/ui/check/catalogue-document.js';

const PAGE = fileURLToPath(new URL('../../../../docs/checks.md', import.meta.url));

test('the page of the checks is that of the catalogue (vitest -u writes it)', async () => {
  await expect(catalogueDocument(CATALOGUE)).toMatchFileSnapshot(PAGE);
});

describe('catalogueDocument', () => {
  const text = catalogueDocument(CATALOGUE);

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
    expect(catalogueDocument(check === undefined ? [] : [check])).toContain(
      '- **Severity:** critical, with the emulator warning\n',
    );
  });

  it('takes no markup from a declaration but code', () => {
    const [check] = CATALOGUE;
    if (check === undefined) throw new Error('there is no check');
    const hostile = { ...check, looksAt: 'a <b> *c* `d*<e>` [f]' };
    expect(catalogueDocument([hostile])).toContain('**Looks at:** a \\<b> \\*c\\* `d*<e>` \\[f\\]\n');
  });
});
