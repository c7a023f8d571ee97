import { describe, expect, it } from 'vitest';
import { failedReport } from '../../../../src/checks/report.js';
import { EXIT } from '../../../../src/errors.js';
import { known, type Observation } from '../../../../src/host/probe.js';
import { unseen } from '../../../../src/report/look.js';
import type { ServerState } from '../../../../src/report/state.js';
import { pageHtml } from '../../../../src/ui/page/render.js';
import { reportDocument } from '../../../../src/ui/server-report/data.js';
import { reportPage } from '../../../../src/ui/server-report/page.js';
import { testConfig } from '../../../support/config.js';
import { readyState, SEEN_AT, serverState } from '../../../support/server-state.js';
import { bareOverview, unseenOverview } from '../../checks/overview-of.js';
import { FAILED, report, UNSEEN as UNSEEN_CHECK, WARNING } from '../check/reports.js';

function html(state: ServerState, mask = (text: string) => text): string {
  return pageHtml(reportPage(state, ['--lab', 'one']), mask);
}

/** What a reader sees, without the folding of space. */
function textOf(page: string): string {
  return page
    .replace(/<style>.*<\/style>/s, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
}

/** The section with this anchor, as text. */
function section(page: string, id: string): string {
  const found = new RegExp(`<section id="${id}".*?</section>`, 's').exec(page);
  if (found === null) throw new Error(`no section ${id}`);
  return textOf(found[0]);
}

const UNSEEN: Observation<never> = { status: 'unknown', why: 'no answer within 20 s' };

describe('the report', () => {
  const page = html(serverState());

  it('begins with where and when it was seen, and the verdict', () => {
    const text = textOf(page);
    expect(text).toContain('Server one Seen at root@one:22 on 2026-11-24 12:00 UTC by vdb 0.1.0.');
    expect(text).toContain('Not ready Because of qdrant.livez, qdrant.auth. 1 passed, 1 failed, 1 unknown');
    expect(page).toMatch(/<p class="verdict bad">/);
    expect(html(readyState())).toMatch(/<p class="verdict good"><strong>Ready<\/strong> 1 passed/);
  });

  it('has its sections, each reached from the top', () => {
    const ids = [...page.matchAll(/<section id="([a-z]+)" aria-labelledby="\1-title">/g)].map(([, id]) => id);
    expect(ids).toEqual([
      ...['checks', 'services', 'collections', 'capacity', 'releases', 'backups', 'latency', 'history'],
    ]);
    for (const id of ids) expect(page).toContain(`<a href="#${id}">`);
  });

  it('says of what did not pass what was seen, and what to do; what stands in the way comes first', () => {
    const checks = section(page, 'checks');
    expect(checks).toMatch(/^ Checks Qdrant is alive failed, critical qdrant.livez seen nothing listens/);
    expect(checks).toContain('run vdb --lab one check qdrant.livez --fix');
    expect(checks.indexOf('A call without a key is refused')).toBeLessThan(
      checks.indexOf('No reboot is due'),
    );
  });

  it('shows the first findings and folds the others, what failed before what could not be seen', () => {
    const unknown = Array.from({ length: 12 }, (_, index) => ({
      ...UNSEEN_CHECK,
      id: `qdrant.unseen-${index}`,
    }));
    const checks = section(html(serverState({ check: report([WARNING, ...unknown, FAILED]) })), 'checks');
    expect(checks).toMatch(/^ Checks Qdrant is alive failed, critical qdrant.livez/);
    const [shown = '', folded = ''] = checks.split(' 6 more findings ');
    expect(shown).toContain('qdrant.unseen-6 ');
    expect(folded).toContain('qdrant.unseen-11 ');
    expect(folded).toContain('No reboot is due');
  });

  it('folds what passed, and leaves nothing out', () => {
    const [, folded = ''] = /<details>(.*?)<\/details>/s.exec(page) ?? [];
    expect(folded).toContain('<summary>All 6 checks</summary>');
    for (const { id } of serverState().check.results) expect(folded).toContain(id);
  });

  it('tells of services, collections, releases, backups with drills, and runs', () => {
    expect(section(page, 'services')).toContain('qdrant@blue active');
    expect(section(page, 'collections')).toMatch(/docs 1 234 567 green 384 Cosine m 16, ef 100 scalar/);
    expect(section(page, 'releases')).toContain(
      'gateway-1.0.0-a67a7a25b0a8 active 2026-11-22 12:00Z anna@laptop',
    );
    expect(section(page, 'backups')).toContain('Last drill passed, 8 h ago, of 20261123T120000Z');
    expect(section(page, 'history')).toContain('2026-11-21 02:00:00Z failed: postgres 1 4.2 s cron@main');
  });

  it('tells what is needed, whether it fits, and how long it lasts', () => {
    const capacity = section(page, 'capacity');
    expect(capacity).toMatch(/in operation [\d.]+ MiB of 1\.8 GiB/);
    expect(capacity).toContain('They grow by 14 000 a day, as 7 counts over 22.0 days show');
    expect(capacity).toMatch(/Memory lasts for \d+ days, until 20\d\d-/);
    expect(capacity).toContain('Points in 6 backup sets: 892k on 2026-11-02, 1.2M on 2026-11-23');
  });

  it('has latencies only where some were measured', () => {
    expect(section(page, 'latency')).toMatch(/220 213 5.40 22.1 140 512 2 Recall .* 0.987/);
    expect(html(serverState({ latency: null }))).not.toContain('id="latency"');
  });
});

describe('what is not there, or could not be seen', () => {
  it('is said, and nothing is made up', () => {
    const page = html(
      serverState({
        check: report([]),
        overview: unseenOverview('no answer within 20 s'),
        down: ['Qdrant: unknown, no answer within 20 s'],
        ...{ releases: UNSEEN, sets: UNSEEN, samples: [], history: UNSEEN, latency: null },
        capacity: { uncounted: 'no answer within 20 s' },
      }),
    );
    for (const id of ['releases', 'backups', 'history'])
      expect(section(page, id)).toContain('Could not be seen: no answer within 20 s');
    expect(section(page, 'capacity')).toContain('could not be counted: no answer within 20 s');
    expect(section(page, 'services')).toContain('Qdrant: unknown, no answer within 20 s');
    expect(textOf(page)).toContain('1 thing not seen to run that should: see Services.');
  });

  it('is everything where the host does not answer: what is configured is said, and nothing else', () => {
    const config = testConfig({ collections: { docs: { size: 384 } } });
    const failure = 'Cannot reach root@one:22: the connection was refused';
    const check = failedReport({
      ...{ host: 'one', target: 'root@one:22', failure, exitCode: EXIT.unreachable },
      ...{ at: SEEN_AT, durationMs: 0, vdb: '0.1.0' },
    });
    const page = html({ check, latency: null, ...unseen(config, SEEN_AT) });
    const text = textOf(page);
    expect(text).toContain('Not seen at root@one:22 on 2026-11-24 12:00 UTC');
    expect(text).toContain(`Not ready ${failure}. Nothing could be seen.`);
    expect(text).not.toContain('Everything runs');
    expect(section(page, 'checks')).toContain('No check could be made.');
    expect(section(page, 'services')).toContain('qdrant@blue unknown: the host did not answer');
    expect(section(page, 'collections')).toContain('Configured, and not known to be there: docs');
    for (const id of ['collections', 'releases', 'backups', 'history'])
      expect(section(page, id)).toContain('Could not be seen: the host did not answer');
    expect(page).not.toMatch(/class="good"/);
  });

  it('is nothing yet on a host that has nothing', () => {
    const nothing = known<never>(null);
    const page = html(
      serverState({
        overview: bareOverview(),
        releases: known([]),
        sets: nothing,
        samples: [],
        history: nothing,
      }),
    );
    expect(section(page, 'releases')).toContain('There is no release yet.');
    expect(section(page, 'backups')).toContain('There is no backup set yet.');
    expect(section(page, 'history')).toContain('vdb has not changed this host yet.');
  });
});

describe('the page', () => {
  const page = html(serverState());

  it('needs nothing beside itself, and runs nothing', () => {
    expect(page).not.toMatch(
      /<(script|link|img|iframe|object|base|form)\b|url\(|@import|https?:|\bsrc=|\bon\w+=/i,
    );
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('has landmarks, one first heading, and headings in order', () => {
    for (const landmark of ['header', 'nav', 'main', 'footer'])
      expect(page.match(new RegExp(`<${landmark}\\b`, 'g')), landmark).toHaveLength(1);
    expect(page.match(/<h1>/g)).toHaveLength(1);
    expect(page).toMatch(/<html lang="en">/);
  });

  it('has a caption, and heads of columns and rows, in every table', () => {
    const tables = page.match(/<table.*?<\/table>/gs) ?? [];
    expect(tables.length).toBeGreaterThan(6);
    for (const table of tables) {
      expect(table).toMatch(/<caption>[^<]+<\/caption>/);
      expect(table).toMatch(/<th scope="col" role="columnheader"/);
      const rows = table.match(/<tr role="row">(?!<th scope="col")/g) ?? [];
      expect(table.match(/<th scope="row"/g) ?? []).toHaveLength(rows.length);
    }
  });

  it('says every tone in words too', () => {
    expect(page).not.toMatch(/<b class="\w+"><\/b>/);
  });

  it('lets nothing of what a host or a configuration says be markup', () => {
    const hostile = `"><script>alert('x')</script><img src=x onerror=y>`;
    const state = poisoned(serverState(), hostile);
    const text = html(state);
    expect(text).not.toMatch(/<script|<img/);
    expect(text).toContain('&quot;&gt;&lt;script&gt;');
    expect(text).not.toMatch(/data-label="[^"]*"[^ >]/);
  });

  it('masks secrets before they are escaped', () => {
    const secret = 'Zk3<v&Tq8sXw1mBn6cLd9f';
    const text = html(poisoned(serverState(), secret), (value) => value.replaceAll(secret, '[secret]'));
    expect(text).toContain('[secret]');
    expect(text).not.toContain('mBn6cLd9f');
  });
});

/** A state in which everything that can be any text is this one. */
function poisoned(state: ServerState, text: string): ServerState {
  const poison = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return FREE.has(key) ? text : value;
    if (Array.isArray(value)) return value.map((each) => poison(each, key));
    if (value === null || typeof value !== 'object' || value instanceof Date || value instanceof Map)
      return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, poison(each, name)]));
  };
  return poison(state) as ServerState;
}

const FREE = new Set([
  ...[
    'host',
    'target',
    'vdb',
    'id',
    'title',
    'seen',
    'expected',
    'remedy',
    'inspect',
    'owner',
    'reason',
    'name',
  ],
  ...[
    'unit',
    'why',
    'version',
    'who',
    'command',
    'failed',
    'by',
    'source',
    'sha256',
    'what',
    'path',
    'kernel',
  ],
  ...['mountedOn', 'fileSystem', 'dataPath', 'distance'],
]);

describe('the document for machines', () => {
  it('has everything, as JSON', () => {
    const document = reportDocument(serverState(), []);
    expect(document).toMatchObject({
      ...{ status: 'not-ready', host: 'one', exit_code: 3, target: 'root@one:22' },
      overview: { active_slot: 'blue', down: [] },
      capacity: { points: 1_200_000, growth: { per_day: 14_000 } },
      latency: { target: 'Qdrant over REST, k 10' },
    });
    expect(document.checks).toHaveLength(6);
    expect(document.sets).toHaveLength(6);
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it('says what could not be seen', () => {
    const document = reportDocument(serverState({ sets: UNSEEN, releases: UNSEEN, history: UNSEEN }), []);
    for (const name of ['sets', 'releases', 'history'])
      expect(document[name]).toEqual({ unknown: 'no answer within 20 s' });
  });
});
