import { spawnSync } from 'node:child_process';
import { CronExpressionParser } from 'cron-parser';
import { describe, expect, it } from 'vitest';
import { onCalendar } from '../../../../src/backup/schedule/on-calendar.js';

const TABLE: readonly (readonly [cron: string, calendar: readonly string[]])[] = [
  ['0 2 * * *', ['*-*-* 02:00:00']],
  ['* * * * *', ['*-*-* *:*:00']],
  ['*/5 * * * *', ['*-*-* *:00/5:00']],
  ['3-59/7 * * * *', ['*-*-* *:03/7:00']],
  ['0-30/10 * * * *', ['*-*-* *:00,10,20,30:00']],
  ['1,2,3,10 8-17 * * *', ['*-*-* 08..17:01..03,10:00']],
  ['0 */6 * * *', ['*-*-* 00/6:00:00']],
  ['30 4 1,15 * *', ['*-*-01,15 04:30:00']],
  ['0 0 */10 * *', ['*-*-01/10 00:00:00']],
  ['0 0 1 jan,jul *', ['*-01,07-01 00:00:00']],
  ['0 0 1 */3 *', ['*-01/3-01 00:00:00']],
  ['0 22 * * 1-5', ['Mon,Tue,Wed,Thu,Fri *-*-* 22:00:00']],
  ['0 3 * * sun', ['Sun *-*-* 03:00:00']],
  ['0 3 * * 7', ['Sun *-*-* 03:00:00']],
  ['0 3 * * 6,7', ['Sun,Sat *-*-* 03:00:00']],
  ['0 3 * * */2', ['Sun,Tue,Thu,Sat *-*-* 03:00:00']],
  ['0 3 * 12 mon', ['Mon *-12-* 03:00:00']],
  ['0 3 13 * fri', ['*-*-13 03:00:00', 'Fri *-*-* 03:00:00']],
  ['0 3 1-7 3-5 mon', ['*-03..05-01..07 03:00:00', 'Mon *-03..05-* 03:00:00']],
  ['0 3 29 2 *', ['*-02-29 03:00:00']],
  ['59 23 31 12 *', ['*-12-31 23:59:00']],
];

/** Leap day, ends of months, and both sides of a year. */
const BASES = ['2027-12-30T22:58:59Z', '2028-02-28T23:59:30Z', '2026-04-30T12:00:00Z'];
const ELAPSES = 10;

const HAS_SYSTEMD = spawnSync('systemd-analyze', ['calendar', 'daily']).status === 0;

/** The next elapses that systemd computes of one expression, in ISO 8601. */
function elapsesOf(expression: string, base: string): string[] {
  const from = `--base-time=${base.replace('T', ' ').replace('Z', ' UTC')}`;
  const { status, stdout, stderr } = spawnSync(
    'systemd-analyze',
    ['calendar', `--iterations=${ELAPSES}`, from, expression],
    { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' } },
  );
  if (status !== 0) throw new Error(`${expression}: ${stderr}`);
  const times = stdout.matchAll(/^ *(?:Next elapse|Iter(?:ation|\.) #\d+): \w+ (\S+) (\S+) UTC$/gm);
  return [...times].map(([, day, time]) => `${day}T${time}.000Z`);
}

/** The first elapses of several expressions together: what a timer with all of them does. */
function together(expressions: readonly string[], base: string): string[] {
  const all = expressions.flatMap((expression) => elapsesOf(expression, base));
  return [...new Set(all)].sort().slice(0, ELAPSES);
}

describe('a cron expression as a calendar expression of systemd', () => {
  it.each(TABLE)('%s', (cron, calendar) => {
    expect(onCalendar(cron)).toEqual(calendar);
  });

  it.skipIf(!HAS_SYSTEMD).each(TABLE)('%s elapses in systemd when cron would run it', (cron, calendar) => {
    for (const base of BASES) {
      const expected = CronExpressionParser.parse(cron, { currentDate: base, tz: 'UTC' });
      const independent = expected.take(ELAPSES).map((date) => date.toISOString());
      expect(together(calendar, base), `after ${base}`).toEqual(independent);
    }
  });

  it.skipIf(!HAS_SYSTEMD)('a field of days that begins with a star narrows the other one', () => {
    const [calendar, ...more] = onCalendar('0 0 */2 * mon');
    expect(more).toEqual([]);
    const days = elapsesOf(calendar ?? '', '2026-01-01T00:00:00Z').map((at) => new Date(at));
    expect(days).toHaveLength(ELAPSES);
    for (const day of days) expect([day.getUTCDay(), day.getUTCDate() % 2]).toEqual([1, 1]);
  });
});
