import { describe, expect, test } from '@jest/globals';
import { Cron as Croner } from 'croner';
import { fc } from '../support/fast-check';
import { Cron } from '../../lib';
import { thrownBy } from '../support/stacks';

const FIX = "write five fields, such as '0 2 * * *', or Cron.daily('02:00'), and a time zone such as 'Europe/Zurich'";

describe('a schedule', () => {
  test.each(['0 2 * * *', '*/15 * * * *', '0 9-17/2 * * MON-FRI', '0 0 1,15 JAN,JUL *', '30 3 29 2 *', '0 0 * * 0', '0 0 31 4 MON'])('%s is taken as it is', expression => {
    expect(Cron.of(expression).expression).toBe(expression);
  });

  test('is written in one way: capitals, single spaces', () => {
    expect(Cron.of('  0\t2 *  * mon ').expression).toBe('0 2 * * MON');
  });

  test.each([
    ['', 'it has 0 fields instead of five'],
    ['@daily', 'it has 1 fields instead of five'],
    ['0 0 2 * * *', 'it has 6 fields instead of five'],
    ['60 * * * *', "its minute '60' is not between 0 and 59"],
    ['0 24 * * *', "its hour '24' is not between 0 and 23"],
    ['0 0 0 * *', "its day of month '0' is not between 1 and 31"],
    ['0 0 1-40 * *', "its day of month '1-40' is not between 1 and 31"],
    ['0 0 * 13 *', "its month '13' is not between 1 and 12"],
    ['0 0 * * 7', "its day of week '7' is not between 0 and 6"],
    ['0 22-2 * * *', "its hour '22-2' ends before it begins"],
    ['0 0 * * SAT-SUN', "its day of week 'SAT-SUN' ends before it begins"],
    ['0 0 L * *', "its day of month 'L' is not one that every cron runner knows"],
    ['0 0 ? * MON', "its day of month '?' is not one that every cron runner knows"],
    ['0 0 * * MON#1', "its day of week 'MON#1' is not one that every cron runner knows"],
    ['MON 0 * * *', "its minute 'MON' is not one that every cron runner knows"],
    ['0 0 * * 1,', "its day of week '' is not one that every cron runner knows"],
    ['*/0 * * * *', "its minute '*/0' has a step that cannot be"],
    ['5/15 * * * *', "its minute '5/15' has a step that cannot be"],
    ['*/99 * * * *', "its minute '*/99' has a step that cannot be"],
    ['0 0 31 2 *', 'it never comes'],
    ['0 0 30 FEB *', 'it never comes'],
    ['0 0 31 4,6,9,11 *', 'it never comes'],
  ])('%p is refused: %s', (expression, why) => {
    expect(thrownBy(() => Cron.of(expression))).toBe(`'${expression}' is not a schedule: ${why}\n  fix: ${FIX}`);
  });

  test.each(['Mars/Phobos', 'europe/zurich', 'EUROPE/ZURICH', '+01:00', 'Local', '', '../etc'])('in the time zone %p is refused', timeZone => {
    expect(thrownBy(() => Cron.of('0 2 * * *', { timeZone }))).toBe(`'0 2 * * *' is not a schedule: '${timeZone}' is not a time zone\n  fix: ${FIX}`);
  });

  test.each(['UTC', 'Europe/Zurich', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'Etc/GMT+5'])('takes the time zone %s', timeZone => {
    expect(Cron.of('0 2 * * *', { timeZone }).timeZone).toBe(timeZone);
  });

  test('by day, week and hour needs no fields', () => {
    expect([Cron.daily('02:00'), Cron.weekly('SUN', '23:59', { timeZone: 'Europe/Zurich' }), Cron.hourly({ minute: 5 })].map(String))
      .toEqual(['0 2 * * * (UTC)', '59 23 * * SUN (Europe/Zurich)', '5 * * * * (UTC)']);
  });

  test.each(['25:00', '2:60'] as const)('at %s does not exist', at => {
    expect(() => Cron.daily(at)).toThrow('is not between');
  });

  test('at 2:5 is no time of day', () => {
    expect(() => Cron.daily('2:5')).toThrow("'2:5' is not a schedule: it is not a time of day");
  });

  test.each([
    ['0 2 * * *', '86400s'],
    ['*/20 * * * *', '1200s'],
    ['0 8,12 * * *', '72000s'],
    ['0 2 * * MON-FRI', '259200s'],
    ['0 0 1 * *', '2678400s'],
    ['59 23 * * SUN', '604800s'],
    ['0 0 1 1 *', '31622400s'],
    // From Friday, 23:55, to the end of Sunday.
    ['*/5 * * * MON-FRI', '173100s'],
    ['* 8-17 1-5 * *', `${(31 - 5) * 86400 + 14 * 3600 + 60}s`],
    ['* * * * *', '60s'],
    // Any of the two: the longest is from a Friday to the next.
    ['0 0 13 * FRI', '604800s'],
    // No year between 2096 and 2104 has one.
    ['0 0 29 FEB *', `${(8 * 365 + 1) * 86400}s`],
  ])('%s pauses for %s at the longest', (expression, pause) => expect(`${Cron.of(expression).longestPause}`).toBe(pause));

  test.each([
    ['0 2 * * *', 'Europe/Zurich', '90000s'],
    ['0 2 * * *', 'Africa/Casablanca', '90000s'],
    ['0 2 * * *', 'Asia/Kolkata', '86400s'],
    ['*/5 * * * MON-FRI', 'Europe/Zurich', '176700s'],
    ['*/5 * * * *', 'Europe/Zurich', '300s'],
  ])('%s in %s pauses for %s, with the hour by which clocks are put back', (expression, timeZone, pause) => expect(`${Cron.of(expression, { timeZone }).longestPause}`).toBe(pause));

  const from = Date.UTC(2025, 0, 1);
  /** As a runner has it, in seconds. */
  const longestRun = (expression: string, days: number): number => {
    const runs = new Croner(expression, { timezone: 'UTC', paused: true });
    const times: number[] = [];
    for (let next = runs.nextRun(new Date(from - 1000)); next && next.getTime() < from + days * 86_400_000; next = runs.nextRun(next)) times.push(next.getTime() / 1000);
    return Math.max(0, ...times.slice(1).map((time, i) => time - times[i]!));
  };
  const value = (low: number, high: number) => fc.integer({ min: low, max: high });
  const some = (low: number, high: number) => fc.oneof(value(low, high).map(String), fc.tuple(value(low, high), value(low, high)).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`), fc.uniqueArray(value(low, high), { minLength: 1, maxLength: 3 }).map(list => list.join(',')));
  const any = (low: number, high: number) => fc.oneof(fc.constant('*'), some(low, high));

  test('pauses as a runner does that is watched for two weeks, where it looks at no date', () => {
    fc.assert(fc.property(fc.tuple(fc.constantFrom('0', '59', '7,8', '*/10', '10-50/40'), fc.oneof(any(0, 23), fc.constantFrom('*/5', '3-23/7')), any(0, 6)), ([minute, hour, weekday]) => {
      const expression = `${minute} ${hour} * * ${weekday}`;
      expect(Cron.of(expression).longestPause.wholeSeconds).toBe(longestRun(expression, 15));
    }), { numRuns: 20 });
  });

  test('never pauses for longer, in five years, and not for much less', () => {
    fc.assert(fc.property(fc.tuple(value(0, 23), any(1, 28), any(1, 12), any(0, 6)), ([hour, day, month, weekday]) => {
      const expression = `0 ${hour} ${day} ${month} ${weekday}`;
      const [pause, seen] = [Cron.of(expression).longestPause.wholeSeconds, longestRun(expression, 5 * 365 + 2)];
      expect(seen).toBeLessThanOrEqual(pause);
      // The calendars of other years move a day of the week by a week at most.
      expect(pause - seen).toBeLessThanOrEqual(7 * 86_400);
    }), { numRuns: 10 });
  });

  test('that our grammar takes is one that the calendar takes: whatever else happens is a refusal', () => {
    const item = fc.oneof(fc.constant('*'), fc.integer({ min: 0, max: 61 }).map(String), fc.tuple(fc.nat(61), fc.nat(61), fc.nat(61)).map(([a, b, c]) => `${a}-${b}/${c}`), fc.nat(61).map(step => `*/${step}`));
    const field = fc.array(item, { minLength: 1, maxLength: 3 }).map(items => items.join(','));
    fc.assert(fc.property(fc.array(field, { minLength: 5, maxLength: 5 }), fields => {
      try {
        Cron.of(fields.join(' '));
      } catch (error) {
        expect((error as Error).name).toBe('FaultError');
      }
    }), { numRuns: 500 });
  });
});
