import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../src/config/cron.js';
import { backupSchema } from '../../../src/config/schema/operations.js';

describe('a cron expression', () => {
  it.each([
    ['*/20 2 * * *', { minutes: [0, 20, 40], hours: [2], eitherDay: false }],
    ['5,3,4-6 8-18/5 * * *', { minutes: [3, 4, 5, 6], hours: [8, 13, 18] }],
    ['0 0 * JAN,mar-May *', { months: [1, 3, 4, 5] }],
    ['0 0 * * 7', { daysOfWeek: [0] }],
    ['0 0 * * 5-7', { daysOfWeek: [0, 5, 6] }],
    ['0 0 * * 0-7', { daysOfWeek: [0, 1, 2, 3, 4, 5, 6] }],
    ['0 0 * * */2', { daysOfWeek: [0, 2, 4, 6], eitherDay: false }],
    ['0 0 * * mon-fri', { daysOfWeek: [1, 2, 3, 4, 5] }],
    ['0 0 13 * fri', { daysOfMonth: [13], daysOfWeek: [5], eitherDay: true }],
    ['0 0 */2 * fri', { eitherDay: false }],
    ['0 0 1-31 * fri', { eitherDay: true }],
    ['0 0 29 2 *', { daysOfMonth: [29], months: [2] }],
    ['0 0 30 2 sun', { eitherDay: true }],
  ])('%s is read', (text, expected) => {
    expect(parseCron(text)).toMatchObject(expected);
  });

  it.each([
    ['0 24 * * *', 'the hour "24" is not 0 to 23'],
    ['60 * * * *', 'the minute "60" is not 0 to 59'],
    ['0 0 0 * *', 'the day of the month "0" is not 1 to 31'],
    ['0 0 * 13 *', 'the month "13" is not 1 to 12 or jan to dec'],
    ['0 0 * * 8', 'the day of the week "8" is not 0 to 7 or sun to sat'],
    ['0 0 * * monday', 'the day of the week "monday" is not 0 to 7 or sun to sat'],
    ['0 0 * * fri-mon', 'the day of the week fri-mon is no range that ascends'],
    ['0 1-2-3 * * *', 'the hour 1-2-3 is no range that ascends'],
    ['0 */0 * * *', 'the step "0" of the hour is not 1 to 23'],
    ['*/x * * * *', 'the step "x" of the minute is not 1 to 59'],
    ['5/10 * * * *', 'the minute 5/10 steps from one value; write 5-59/10'],
    ['1,,2 * * * *', 'the minute "" is no number, range or step'],
    ['*/2/3 * * * *', 'the minute "*/2/3" is no number, range or step'],
    ['-5 * * * *', 'the minute "" is not 0 to 59'],
    ['0 0 ? * *', 'the day of the month "?" is not 1 to 31'],
    ['0 0 L * *', 'the day of the month "L" is not 1 to 31'],
    ['0 0 31 4,6,feb *', 'it never comes: no such month has such a day'],
    ['0 2 * *', 'there are 4 fields in place of five'],
  ])('%s is refused, with the reason', (text, problem) => {
    expect(() => parseCron(text)).toThrow(problem);
  });
});

describe('backup.schedule', () => {
  const messages = (schedule: string): string[] => {
    const parsed = backupSchema.safeParse({ schedule });
    return (parsed.error?.issues ?? []).map(({ path, message }) => `${path.join('.')} ${message}`);
  };

  it('is what cron takes', () => {
    expect(messages('*/15 1-5 * * mon-fri')).toEqual([]);
  });

  it('is refused with its path, what is expected and what is wrong', () => {
    expect(messages('0 25 * * *')).toEqual([
      'schedule must be what cron takes, such as 0 2 * * *: the hour "25" is not 0 to 23',
    ]);
  });

  it('is refused once for other than five words', () => {
    expect(messages('@daily')).toEqual(['schedule must have the five fields of cron, such as 0 2 * * *']);
  });
});
