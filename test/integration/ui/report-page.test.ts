import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageHtml } from '../../../src/ui/page/render.js';
import { reportPage } from '../../../src/ui/server-report/page.js';
import {
  type Browser,
  chromiumMissing,
  type LoadedPage,
  type Sight,
  startChromium,
} from '../../support/chromium.js';
import { serverState } from '../../support/server-state.js';

const missing = await chromiumMissing();
if (missing) console.warn(`skipped: ${missing}`);

/** Screenshots stay here, to be looked at. */
const ARTEFACTS = process.env.VDB_TEST_ARTEFACTS ?? join(tmpdir(), 'vdb-artefacts');

const SIGHTS: Readonly<Record<string, Sight>> = {
  light: { width: 1200, height: 900, scheme: 'light' },
  dark: { width: 1200, height: 900, scheme: 'dark' },
  tablet: { width: 900, height: 1200, scheme: 'light' },
  phone: { width: 360, height: 740, scheme: 'light' },
  'phone-dark': { width: 360, height: 740, scheme: 'dark' },
  paper: { width: 794, height: 1123, scheme: 'light', media: 'print' },
};

/** The least contrast of text against what is behind it, by WCAG, with the text. */
const LEAST_CONTRAST = `(() => {
  const parts = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = parts(getComputedStyle(at).backgroundColor);
      if (color.length === 3 || color[3] > 0) return color;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll('body *')].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ''));
  const found = texts.map((element) => {
    const [a, b] = [light(parts(getComputedStyle(element).color)), light(behind(element))];
    return { ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text: element.textContent.slice(0, 60) };
  });
  return found.sort((a, b) => a.ratio - b.ratio)[0];
})()`;

/** What reaches beyond the right edge. */
const BEYOND = `[...document.querySelectorAll('body *')]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .map((element) => element.outerHTML.slice(0, 120))`;

describe.skipIf(missing)('the report in a real browser', () => {
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    browser = await startChromium();
    const file = join(mkdtempSync(join(tmpdir(), 'vdb-report-')), 'report.html');
    writeFileSync(
      file,
      pageHtml(reportPage(serverState(), []), (text) => text),
    );
    url = pathToFileURL(file).href;
    mkdirSync(ARTEFACTS, { recursive: true });
  });
  afterAll(async () => browser?.close());

  async function seen(name: string): Promise<LoadedPage> {
    const page = await browser.load(url, SIGHTS[name] as Sight);
    const file = join(ARTEFACTS, `report-${name}.png`);
    writeFileSync(file, await page.screenshot());
    console.info(`screenshot: ${file}`);
    return page;
  }

  test.each(Object.keys(SIGHTS))(
    '%s: nothing goes wrong, nothing is loaded, nothing is cut off',
    async (name) => {
      const page = await seen(name);
      expect(page.errors).toEqual([]);
      expect(page.requests).toEqual([url]);
      expect(await page.evaluate(BEYOND)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        (SIGHTS[name] as Sight).width,
      );
    },
  );

  test.each(Object.keys(SIGHTS))('%s: all text stands out from what is behind it', async (name) => {
    const page = await browser.load(url, SIGHTS[name] as Sight);
    const least = await page.evaluate<{ ratio: number; text: string }>(LEAST_CONTRAST);
    expect(least.ratio, least.text).toBeGreaterThanOrEqual(4.5);
  });

  test('light and dark differ, as the reader wishes', async () => {
    const back = 'getComputedStyle(document.body).backgroundColor';
    const colors = await Promise.all(
      ['light', 'dark'].map(async (name) => (await browser.load(url, SIGHTS[name] as Sight)).evaluate(back)),
    );
    expect(colors).toEqual(['rgb(255, 255, 255)', 'rgb(21, 24, 28)']);
  });

  test('on paper everything is open, and there is nothing to click', async () => {
    const page = await browser.load(url, SIGHTS.paper as Sight);
    const folded = `document.querySelector('details table').getBoundingClientRect().height`;
    expect(await page.evaluate<number>(folded)).toBeGreaterThan(50);
    expect(await page.evaluate(`getComputedStyle(document.querySelector('nav')).display`)).toBe('none');
  });
});
