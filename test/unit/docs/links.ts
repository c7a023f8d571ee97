import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tokensOf } from '../../support/docs.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The links of a page that lead nowhere: to no file, or to no heading of it. `path` is that of the page, from the root. */
export function deadLinks(path: string, markdown: string): string[] {
  return linksOf(markdown)
    .filter(({ href }) => !/^[a-z]+:/.test(href))
    .filter(({ href }) => !leadsSomewhere(path, markdown, href))
    .map(({ href, line }) => `${path}:${line}: ${href}`);
}

function leadsSomewhere(path: string, markdown: string, href: string): boolean {
  const [target = '', anchor] = decodeURI(href).split('#');
  const file = join(ROOT, dirname(path), target);
  if (target !== '' && (relative(ROOT, file).startsWith('..') || !existsSync(file))) return false;
  if (anchor === undefined) return true;
  const text = target === '' ? markdown : readFileSync(file, 'utf8');
  return anchorsOf(text).has(anchor);
}

function linksOf(markdown: string): { href: string; line: number }[] {
  return tokensOf(markdown).flatMap(({ token: { children }, line }) =>
    (children ?? [])
      .filter(({ type }) => type === 'link_open')
      .map((link) => ({ href: link.attrGet('href') ?? '', line })),
  );
}

/** The anchors of a page: those that are written out, and those that are made from its headings. */
function anchorsOf(markdown: string): Set<string> {
  const written = [...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id);
  const tokens = tokensOf(markdown);
  const headings = tokens
    .filter((_, index) => tokens[index - 1]?.token.type === 'heading_open')
    .map(({ token: { children } }) => (children ?? []).map(({ content }) => content).join(''));
  const seen = new Map<string, number>();
  const made = headings.map((heading) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
  return new Set([...written, ...made]);
}
